import { RemovalPolicy } from 'aws-cdk-lib';
import type { BackchannelProps } from './props.js';
import type { Values } from './template.js';

/** The values of the template's parameters that properties set. The other parameters keep the template's defaults. */
export function parametersOf(props: BackchannelProps): Values {
  const values = {
    AlarmTopicArn: props.alarmTopic?.topicArn,
    AllowedOrigins: props.allowedOrigins?.join(','),
    Architecture: props.architecture?.name,
    CertificateArn: props.certificate?.certificateArn,
    ConnectBurst: props.connectThrottle?.burst,
    ConnectRate: props.connectThrottle?.rate,
    ContactsPerHour: props.userRates?.contactsPerHour,
    HttpDomain: props.httpDomain,
    JwtAudience: props.jwtAudience,
    JwtIssuer: props.jwtIssuer,
    KeyArn: props.encryptionKey?.keyArn,
    LogLevel: props.logLevel,
    LogRetentionDays: props.logRetention,
    MessageBurst: props.userRates?.messageBurst,
    MessagesPerSecond: props.userRates?.messagesPerSecond,
    PermissionsBoundaryArn: props.permissionsBoundary?.managedPolicyArn,
    ReportsPerHour: props.userRates?.reportsPerHour,
    ReservedConcurrency: props.reservedConcurrency,
    RouteBurst: props.routeThrottle?.burst,
    RouteRate: props.routeThrottle?.rate,
    SearchesPerMinute: props.userRates?.searchesPerMinute,
    SocketAccessLog: props.socketAccessLog ? 'on' : 'off',
    SocketDomain: props.socketDomain,
    Stage: props.stage,
    TableDeletionPolicy: props.tableRemovalPolicy === RemovalPolicy.DESTROY ? 'Delete' : 'Retain',
    UploadsPerHour: props.userRates?.uploadsPerHour,
    Tracing: props.tracing ? 'on' : 'off',
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}
