import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Values } from './template.js';

/** A finding of cdk-nag that is a decision: the rule, the resources it speaks of, and why. */
interface Decision {
  readonly id: string;
  readonly about: RegExp;
  readonly reason: string;
  /** Whether these values lead to the finding. @default true */
  readonly found?: boolean;
}

function decisions(socketApi: string, values: Values): Decision[] {
  const managed = (policy: string) => `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`;
  const here = '<AWS::Region>:<AWS::AccountId>';
  const connections = `execute-api:${here}:<${socketApi}>/${values['Stage']}/POST/@connections/*`;
  const socketLog = {
    about: /^SocketApiStage$/,
    reason: 'socketAccessLog turns it on, once the account has the CloudWatch role that API Gateway asks for.',
    found: values['SocketAccessLog'] === 'off',
  };
  return [
    {
      id: managed('service-role/AWSLambdaBasicExecutionRole'),
      about: /FunctionRole$/,
      reason:
        'SAM attaches it to every role; the permissions boundary leaves no more of it than lines in one log group.',
    },
    {
      id: managed('AWSXRayDaemonWriteAccess'),
      about: /FunctionRole$/,
      reason:
        'SAM attaches it to every role; the permissions boundary leaves traces of it, and nothing where they are off.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${connections}]`,
      about: /^(Connection|Member|Message|Thread|User)FunctionRole$|^FunctionBoundary$/,
      reason: 'The wildcard stands for connection ids, which come and go; API, stage and method are fixed.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:${here}:key/*]`,
      about: /^FunctionBoundary$/,
      reason:
        "A boundary grants nothing: this one leaves it to the policy of AWS's own key, whose ARN is unknown here.",
      found: values['KeyArn'] === '',
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      about: /^FunctionBoundary$/,
      reason: 'X-Ray knows no resources.',
      found: values['Tracing'] === 'on',
    },
    {
      id: 'AwsSolutions-APIG4',
      about: /^SocketApi\w+Route$/,
      reason:
        '$connect redeems a single-use ticket that the authorized POST /connections gave out; the others need the open socket.',
    },
    { id: 'AwsSolutions-APIG1', ...socketLog },
    { id: 'Serverless-APIGWAccessLogging', ...socketLog },
    {
      id: 'Serverless-LambdaDLQ',
      about: /Function$/,
      reason: 'Only the two APIs call it, and wait for its answer: nothing could go to a dead-letter queue.',
    },
    {
      id: 'Serverless-LambdaTracing',
      about: /Function$/,
      reason:
        'The property tracing turns it on: traces cost money per request, and the log has a line for each without them.',
      found: values['Tracing'] === 'off',
    },
  ];
}

/** Says so to CDK's validation, so that an app which runs cdk-nag hears of its own findings only. */
export function acknowledge(template: CfnInclude, values: Values): void {
  const socketApi: string = Stack.of(template).resolve((template.getResource('SocketApi') as CfnElement).logicalId);
  for (const { id, about, reason, found = true } of decisions(socketApi, values)) {
    for (const resource of template.node.children.filter((child) => found && about.test(child.node.id))) {
      Validations.of(resource).acknowledge({ id, reason });
    }
  }
}
