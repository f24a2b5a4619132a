import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Values } from './template.js';

/** A finding of cdk-nag that is a decision: the rule, the resources, and the reason. */
interface Decision {
  readonly id: string;
  readonly about: RegExp;
  readonly reason: string;
  /** Whether the finding exists with these values. @default true */
  readonly found?: boolean;
}

function decisions(socketApi: string, mediaBucket: string, values: Values): Decision[] {
  const managed = (policy: string) => `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`;
  const here = '<AWS::Region>:<AWS::AccountId>';
  const connections = (method: string) =>
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:${here}:<${socketApi}>/${values['Stage']}/${method}/@connections/*]`;
  const connectionIds =
    'The wildcard stands for connection ids, which are not known in advance; API, stage and method are fixed.';
  const socketLog = {
    about: /^SocketApiStage$/,
    reason: 'socketAccessLog enables it, once the account has the CloudWatch role for API Gateway.',
    found: values['SocketAccessLog'] === 'off',
  };
  return [
    {
      id: managed('service-role/AWSLambdaBasicExecutionRole'),
      about: /FunctionRole$/,
      reason: 'SAM attaches it to every role; the permissions boundary narrows it to one log group.',
    },
    {
      id: managed('AWSXRayDaemonWriteAccess'),
      about: /FunctionRole$/,
      reason:
        'SAM attaches it to every role; the permissions boundary narrows it to traces, or to nothing if traces are off.',
    },
    {
      id: managed('service-role/AWSLambdaSQSQueueExecutionRole'),
      about: /^(Erasure|Image|Snapshots)FunctionRole$/,
      reason:
        'SAM attaches it to the role of a function with a queue; the permissions boundary narrows it to its queue.',
    },
    {
      id: connections('POST'),
      about: /^(Connection|Member|Message|Thread|User)FunctionRole$|^FunctionBoundary$/,
      reason: connectionIds,
    },
    {
      id: connections('DELETE'),
      about: /^ConnectionFunctionRole$|^FunctionBoundary$/,
      reason: connectionIds,
    },
    {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:${here}:key/*]`,
      about: /^FunctionBoundary$/,
      reason:
        "A boundary grants nothing. The policy of AWS's own key decides, and the ARN of that key is not known here.",
      found: values['KeyArn'] === '',
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      about: /^FunctionBoundary$/,
      reason: 'X-Ray has no resource-level permissions for these actions.',
      found: values['Tracing'] === 'on',
    },
    ...['uploads', 'media', 'thumbnails'].map((folder) => ({
      id: `AwsSolutions-IAM5[Resource::<${mediaBucket}.Arn>/${folder}/*]`,
      about: /^(Image|Media|Sweep)FunctionRole$|^FunctionBoundary$/,
      reason:
        'The wildcard stands for ids of images and videos, which are not known in advance; bucket and folder are fixed.',
    })),
    {
      id: 'AwsSolutions-S1',
      about: /^MediaBucket$/,
      reason: 'An access log would hold who saw which picture.',
    },
    {
      id: 'Serverless-EventBusDLQ',
      about: /^SweepFunctionSweep$/,
      reason: 'What one run of the schedule did not do is done by the next, five minutes later.',
    },
    {
      id: 'Serverless-LambdaDLQ',
      about: /^SweepFunction$/,
      reason: 'What it did not do is done by its next run, five minutes later.',
    },
    {
      id: 'AwsSolutions-APIG4',
      about: /^SocketApi\w+Route$/,
      reason:
        '$connect redeems a single-use ticket from the authorized POST /connections; the other routes need an open socket.',
    },
    { id: 'AwsSolutions-APIG1', ...socketLog },
    { id: 'Serverless-APIGWAccessLogging', ...socketLog },
    {
      id: 'Serverless-LambdaDLQ',
      about: /(?<!Erasure|Image|Snapshots|Sweep)Function$/,
      reason: 'Only the two APIs call it, and they wait for its response, so nothing can go to a dead-letter queue.',
    },
    {
      id: 'Serverless-LambdaDLQ',
      about: /^(Erasure|Image|Snapshots)Function$/,
      reason: 'Messages that it cannot handle go from its queue to the dead-letter queue of that queue.',
    },
    {
      id: 'Serverless-LambdaEventSourceMappingDestination',
      about: /^(Erasure|Image|Snapshots)FunctionWork$/,
      reason: 'Such a destination exists for streams only. A queue gives up by itself, and has a dead-letter queue.',
    },
    {
      id: 'Serverless-SQSRedrivePolicy',
      about: /DeadLetters$/,
      reason: 'It is a dead-letter queue itself.',
    },
    {
      id: 'Serverless-LambdaTracing',
      about: /Function$/,
      reason:
        'The property tracing enables it; traces cost money per request, and the log has a line for each request anyway.',
      found: values['Tracing'] === 'off',
    },
  ];
}

/** Acknowledges the decisions in CDK's validation, so that an app that runs cdk-nag sees its own findings only. */
export function acknowledge(template: CfnInclude, values: Values): void {
  const idOf = (name: string): string =>
    Stack.of(template).resolve((template.getResource(name) as CfnElement).logicalId);
  for (const { id, about, reason, found = true } of decisions(idOf('SocketApi'), idOf('MediaBucket'), values)) {
    for (const resource of template.node.children.filter((child) => found && about.test(child.node.id))) {
      Validations.of(resource).acknowledge({ id, reason });
    }
  }
}
