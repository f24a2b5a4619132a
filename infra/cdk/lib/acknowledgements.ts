import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { CfnInclude } from 'aws-cdk-lib/cloudformation-include';

/** A finding of cdk-nag that is a decision: the rule, the resources it speaks of, and why. */
interface Decision {
  readonly id: string;
  readonly about: RegExp;
  readonly reason: string;
}

function decisions(socketApi: string, stage: string): Decision[] {
  const connections = `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${socketApi}>/${stage}/POST/@connections/*`;
  const socketLog = 'socketAccessLog turns it on, once the account has the CloudWatch role that API Gateway asks for.';
  return [
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      about: /FunctionRole$/,
      reason:
        'SAM attaches it to every role; the permissions boundary leaves no more of it than lines in one log group.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::${connections}]`,
      about: /^(Connection|Member|Message|Thread|User)FunctionRole$|^FunctionBoundary$/,
      reason: 'The wildcard stands for connection ids, which come and go; API, stage and method are fixed.',
    },
    {
      id: 'AwsSolutions-APIG4',
      about: /^SocketApi\w+Route$/,
      reason:
        '$connect redeems a single-use ticket that the authorized POST /connections gave out; the others need the open socket.',
    },
    { id: 'AwsSolutions-APIG1', about: /^SocketApiStage$/, reason: socketLog },
    { id: 'Serverless-APIGWAccessLogging', about: /^SocketApiStage$/, reason: socketLog },
    {
      id: 'Serverless-LambdaDLQ',
      about: /Function$/,
      reason: 'Only the two APIs call it, and wait for its answer: nothing could go to a dead-letter queue.',
    },
    {
      id: 'Serverless-LambdaTracing',
      about: /Function$/,
      reason: 'A line per request has its id, duration, table calls and pushes; traces are not sent.',
    },
  ];
}

/** Says so to CDK's validation, so that an app which runs cdk-nag hears of its own findings only. */
export function acknowledge(template: CfnInclude, stage: string): void {
  const socketApi: string = Stack.of(template).resolve((template.getResource('SocketApi') as CfnElement).logicalId);
  for (const { id, about, reason } of decisions(socketApi, stage)) {
    for (const resource of template.node.children.filter((child) => about.test(child.node.id))) {
      Validations.of(resource).acknowledge({ id, reason });
    }
  }
}
