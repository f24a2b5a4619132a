import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** From which level on lines are kept. */
export enum LogLevel {
  DEBUG = 'DEBUG',
  INFO = 'INFO',
  /** Without request lines, and so without the metrics of the namespace `Backchannel`. */
  WARN = 'WARN',
  /** As {@link LogLevel.WARN}. */
  ERROR = 'ERROR',
}

/** How much API Gateway lets through, of all users together; beyond it, it answers 429. */
export interface Throttle {
  /** Requests per second. */
  readonly rate: number;
  /** Requests at once on top of the rate. */
  readonly burst: number;
}

/** What a deployment chooses. All but the first two have the defaults of the template. */
export interface BackchannelProps {
  /** Issuer of the host application's tokens, exactly as in their `iss` claim: an https URL with a discovery document. */
  readonly jwtIssuer: string;
  /** What the tokens must carry in their `aud` (or `client_id`) claim. */
  readonly jwtAudience: string;

  /** Origins whose pages may call the HTTP API, without spaces; `[]` for none. @default any */
  readonly allowedOrigins?: string[];
  /** Stage of the WebSocket API, and the path of its URL. @default dev */
  readonly stage?: string;
  /** Domain name of the HTTP API; needs a `certificate`. @default API Gateway's own */
  readonly httpDomain?: string;
  /** Domain name of the WebSocket API, another one than `httpDomain`; needs a `certificate`. @default API Gateway's own */
  readonly socketDomain?: string;
  /** Certificate of the stack's region that covers the domain names. */
  readonly certificate?: ICertificate;

  /** What each route takes. @default 1000 per second, 500 at once */
  readonly routeThrottle?: Throttle;
  /** Tickets, and sockets opened with them. @default 500 per second, 500 at once */
  readonly connectThrottle?: Throttle;
  /** Executions at once that every function is guaranteed and held to. @default the account's pool, shared */
  readonly reservedConcurrency?: number;

  /** What becomes of the table when it leaves the stack; unless it is `DESTROY`, nobody else deletes it either. @default RETAIN */
  readonly tableRemovalPolicy?: RemovalPolicy;
  /** Key for the table and the logs. @default AWS's keys */
  readonly encryptionKey?: IKey;

  /** Processor that the functions were built for. @default x86_64 */
  readonly architecture?: Architecture;
  /** @default LogLevel.INFO */
  readonly logLevel?: LogLevel;
  /** How long logs are kept. @default 30 days */
  readonly logRetention?: RetentionDays;
  /** Whether API Gateway logs socket events; the account needs the CloudWatch role for it. @default false */
  readonly socketAccessLog?: boolean;
  /** Whether X-Ray traces requests; AWS charges for each trace. @default false */
  readonly tracing?: boolean;
  /** Hears of alarms and of their end; a policy of its own must let `cloudwatch.amazonaws.com` publish. @default nobody */
  readonly alarmTopic?: ITopic;
  /** Permissions boundary that the account asks of all roles. @default the template's own, which is narrower */
  readonly permissionsBoundary?: IManagedPolicy;

  /**
   * Folder of the built functions, as `cargo lambda build` leaves it: `<function>/bootstrap`, or `<function>/bootstrap.zip`.
   *
   * @default the functions that the package brings along, built for x86_64
   */
  readonly functions?: string;
  /**
   * Whether resources keep the logical ids of the template. Then a stack takes over what SAM deployed under its name, and it has
   * room for one Backchannel only.
   *
   * @default false
   */
  readonly preserveLogicalIds?: boolean;
}
