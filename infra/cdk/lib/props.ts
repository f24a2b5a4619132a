import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** The lowest level of the log lines that are kept. */
export enum LogLevel {
  DEBUG = 'DEBUG',
  INFO = 'INFO',
  /** Drops request lines, and with them the metrics of the namespace `Backchannel`. */
  WARN = 'WARN',
  /** As {@link LogLevel.WARN}. */
  ERROR = 'ERROR',
}

/** A rate limit for all users together. API Gateway refuses further requests with 429. */
export interface Throttle {
  /** Requests per second. */
  readonly rate: number;
  /** Burst of requests on top of the rate. */
  readonly burst: number;
}

/** Rate limits of each user; 0 for no limit. Further requests are refused with 429. */
export interface UserRates {
  /** Messages in a second. @default 10 */
  readonly messagesPerSecond?: number;
  /** Messages at once. @default 30 */
  readonly messageBurst?: number;
  /** Users who do not follow one, and whom one writes to first or adds to groups, in an hour. @default 30 */
  readonly contactsPerHour?: number;
  /** Pages of found users and messages in a minute. @default 60 */
  readonly searchesPerMinute?: number;
  /** Images and videos in an hour. @default 60 */
  readonly uploadsPerHour?: number;
  /** Reports in an hour. @default 30 */
  readonly reportsPerHour?: number;
}

/** The properties of a deployment. All except the first two have the defaults of the template. */
export interface BackchannelProps {
  /** Issuer of the host application's tokens, exactly as in their `iss` claim: an https URL with a discovery document. */
  readonly jwtIssuer: string;
  /** Audience that the tokens must have in their `aud` (or `client_id`) claim. */
  readonly jwtAudience: string;

  /** Origins whose pages may call the HTTP API, without spaces; `[]` for none. @default any */
  readonly allowedOrigins?: string[];
  /** Stage of the WebSocket API, and the path of its URL. @default dev */
  readonly stage?: string;
  /** Domain name of the HTTP API; needs a `certificate`. @default API Gateway's own */
  readonly httpDomain?: string;
  /** Domain name of the WebSocket API, different from `httpDomain`; needs a `certificate`. @default API Gateway's own */
  readonly socketDomain?: string;
  /** Certificate in the stack's region for the domain names. */
  readonly certificate?: ICertificate;

  /** Rate limit of each route. @default 1000 per second, burst of 500 */
  readonly routeThrottle?: Throttle;
  /** Rate limit of tickets and of new sockets. @default 500 per second, burst of 500 */
  readonly connectThrottle?: Throttle;
  /** Rate limits of each user. @default those of the template */
  readonly userRates?: UserRates;
  /** Reserved concurrency of each function, which is also its limit. @default none, the functions share the account's pool */
  readonly reservedConcurrency?: number;

  /** What happens to the table when it leaves the stack. Except with `DESTROY`, it has deletion protection. @default RETAIN */
  readonly tableRemovalPolicy?: RemovalPolicy;
  /** Key for the table and the logs. @default AWS's keys */
  readonly encryptionKey?: IKey;

  /** Processor architecture for which the functions were built. @default x86_64 */
  readonly architecture?: Architecture;
  /** @default LogLevel.INFO */
  readonly logLevel?: LogLevel;
  /** Retention time of the logs. @default 30 days */
  readonly logRetention?: RetentionDays;
  /** Whether API Gateway logs socket events; the account needs the CloudWatch role for it. @default false */
  readonly socketAccessLog?: boolean;
  /** Whether X-Ray traces requests; AWS charges for each trace. @default false */
  readonly tracing?: boolean;
  /** Topic for alarms and for their end. If it has its own policy, that must let `cloudwatch.amazonaws.com` publish. @default none */
  readonly alarmTopic?: ITopic;
  /** Permissions boundary that the account requires for all roles. @default the template's own, which is narrower */
  readonly permissionsBoundary?: IManagedPolicy;

  /**
   * Folder of the built functions, in the layout of `cargo lambda build`: `<function>/bootstrap`, or `<function>/bootstrap.zip`.
   *
   * @default the functions in the package, built for x86_64
   */
  readonly functions?: string;
  /**
   * Whether resources keep the logical ids of the template. The stack then takes over what SAM deployed under the same name, and it
   * can contain one Backchannel only.
   *
   * @default false
   */
  readonly preserveLogicalIds?: boolean;
}
