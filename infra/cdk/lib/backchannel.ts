import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Stack, Token } from 'aws-cdk-lib';
import { type CfnApi, HttpApi, type IHttpApi, type IWebSocketApi, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, type CfnAlarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnFunction, type IFunction, Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { type CfnLogGroup, type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { type CfnQueue, type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.js';
import { parametersOf } from './parameters.js';
import type { BackchannelProps } from './props.js';
import { decided, include, load, valuesOf } from './template.js';

/** The functions in the package. */
const OWN_FUNCTIONS = resolve(__dirname, '..', '..', 'functions');

/** The functions of the template, by the names of their binaries. */
export const FUNCTIONS = [
  'connection',
  'erasure',
  'image',
  'media',
  'member',
  'message',
  'report',
  'search',
  'settings',
  'snapshots',
  'sweep',
  'thread',
  'user',
] as const;
/** A function of the template. */
export type FunctionName = (typeof FUNCTIONS)[number];

/** The alarms of the template. */
export const ALARMS = [
  'FunctionErrors',
  'FunctionThrottles',
  'HttpErrors',
  'HttpLatency',
  'PushFailures',
  'SocketErrors',
  'TableErrors',
  'TableThrottles',
  'WorkErrors',
  'WorkFailed',
  'WorkThrottles',
] as const;
/** An alarm of the template. */
export type AlarmName = (typeof ALARMS)[number];

/** The queues of the template: for each kind of work in the background its messages, and those that failed too often. */
export const QUEUES = [
  'ErasureDeadLetters',
  'ErasureQueue',
  'SnapshotsDeadLetters',
  'SnapshotsQueue',
  'UploadsDeadLetters',
  'UploadsQueue',
] as const;
/** A queue of the template. */
export type QueueName = (typeof QUEUES)[number];

/**
 * Direct messages and group chats for the users of an app: thirteen functions, an HTTP API, a WebSocket API, one table, a bucket, queues, their
 * logs, alarms and a dashboard. All of it comes from `infra/template.yaml`, the same file that SAM deploys.
 */
export class Backchannel extends Construct {
  /** Base URL of the HTTP API. */
  readonly httpUrl: string;
  /** URL of the WebSocket API. Clients get it with their tickets. */
  readonly socketUrl: string;
  /** Target of the DNS record of `httpDomain`. */
  readonly httpDomainTarget?: string;
  /** Target of the DNS record of `socketDomain`. */
  readonly socketDomainTarget?: string;
  /** The HTTP API. */
  readonly httpApi: IHttpApi;
  /** The WebSocket API. */
  readonly socketApi: IWebSocketApi;
  /** The table with all data. */
  readonly table: ITable;
  /** The bucket with images and videos. */
  readonly mediaBucket: IBucket;
  /** The functions by name. */
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  /** The alarms by name. */
  readonly alarms: Readonly<Record<AlarmName, IAlarm>>;
  /** The queues by name. */
  readonly queues: Readonly<Record<QueueName, IQueue>>;
  /** Log group of all functions. */
  readonly functionLog: ILogGroup;
  /** Access log of the HTTP API. */
  readonly httpLog: ILogGroup;
  /** Access log of the WebSocket API. */
  readonly socketLog?: ILogGroup;
  /** Name of the dashboard. */
  readonly dashboardName: string;
  /** The included template. It gives access to resources that have no property here. */
  readonly template: CfnInclude;

  constructor(scope: Construct, id: string, props: BackchannelProps) {
    super(scope, id);
    const template = load();
    const values = valuesOf(template, parametersOf(props));
    this.template = include(this, 'Template', decided(template, values), values, props.preserveLogicalIds ?? false);
    acknowledge(this.template, values);
    if (props.encryptionKey) this.letLogsUse(props.encryptionKey);
    this.addCode(props.functions ?? OWN_FUNCTIONS);

    this.httpUrl = this.output('HttpUrl');
    this.socketUrl = this.output('SocketUrl');
    if (props.httpDomain) this.httpDomainTarget = this.output('HttpDomainTarget');
    if (props.socketDomain) this.socketDomainTarget = this.output('SocketDomainTarget');
    this.dashboardName = this.output('DashboardName');
    this.httpApi = HttpApi.fromHttpApiAttributes(this, 'HttpApi', {
      httpApiId: this.output('HttpApiId'),
      apiEndpoint: this.resource<CfnApi>('HttpApi').attrApiEndpoint,
    });
    this.socketApi = WebSocketApi.fromWebSocketApiAttributes(this, 'SocketApi', {
      webSocketId: this.output('SocketApiId'),
      apiEndpoint: this.resource<CfnApi>('SocketApi').attrApiEndpoint,
    });
    // With the key here, a grant on the table also grants the use of the key.
    const { encryptionKey } = props;
    this.table = Table.fromTableAttributes(this, 'Table', {
      tableArn: this.output('TableArn'),
      ...(encryptionKey && { encryptionKey }),
    });
    this.mediaBucket = Bucket.fromBucketName(this, 'MediaBucket', this.output('MediaBucketName'));
    this.functions = this.each(FUNCTIONS, (name) => {
      const functionArn = this.resource<CfnFunction>(logicalId(name)).attrArn;
      return Lambda.fromFunctionAttributes(this, name, { functionArn, sameEnvironment: true });
    });
    this.alarms = this.each(ALARMS, (name) => Alarm.fromAlarmArn(this, name, this.resource<CfnAlarm>(name).attrArn));
    this.queues = this.each(QUEUES, (name) => Queue.fromQueueArn(this, name, this.resource<CfnQueue>(name).attrArn));
    this.functionLog = this.logGroup('FunctionLog');
    this.httpLog = this.logGroup('HttpLog');
    if (props.socketAccessLog) this.socketLog = this.logGroup('SocketLog');
    // The owner of the stack decides on its outputs.
    this.template.node.tryRemoveChild('$Outputs');
  }

  /** Uploads the built functions with the other assets of the app. */
  private addCode(folder: string): void {
    for (const name of FUNCTIONS) {
      const path = [join(folder, name, 'bootstrap.zip'), join(folder, name)].find(existsSync);
      if (!path) {
        throw new Error(
          `there is no function ${name} in ${folder}: build the functions with cargo lambda, and set 'functions' to their folder`,
        );
      }
      const asset = new Asset(this, `${name}-code`, { path });
      const resource = this.resource<CfnFunction>(logicalId(name));
      resource.code = { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey };
      asset.addResourceMetadata(resource, 'Code');
    }
  }

  /** Functions use the key through their roles. CloudWatch Logs has no role, so the key's policy must admit it. */
  private letLogsUse(key: IKey): void {
    const { partition, region, account } = Stack.of(this);
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*` },
        },
      }),
    );
  }

  private output(name: string): string {
    return Token.asString(this.template.getOutput(name).value);
  }

  private resource<T>(id: string): T {
    return this.template.getResource(id) as T;
  }

  private logGroup(id: string): ILogGroup {
    return LogGroup.fromLogGroupName(this, id, this.resource<CfnLogGroup>(id).ref);
  }

  private each<N extends string, T>(names: readonly N[], make: (name: N) => T): Record<N, T> {
    return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<N, T>;
  }
}

function logicalId(name: FunctionName): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`;
}
