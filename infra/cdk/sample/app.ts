/** A sample app of a host application: `npm run synth`, `npx cdk deploy`. */
import { resolve } from 'node:path';
import { App, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Backchannel } from '../lib/index.js';

class Chat extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { functions: string }) {
    super(scope, id, props);
    const onCall = new Topic(this, 'OnCall', { enforceSSL: true });
    // A topic with its own policy accepts alarms only if the policy allows it.
    onCall.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    const chat = new Backchannel(this, 'Backchannel', {
      jwtIssuer: 'https://login.example.com/',
      jwtAudience: 'example-app',
      allowedOrigins: ['https://app.example.com'],
      stage: 'live',
      logRetention: RetentionDays.THREE_MONTHS,
      alarmTopic: onCall,
      functions: props.functions,
    });
    new CfnOutput(this, 'HttpUrl', { value: chat.httpUrl });
    new CfnOutput(this, 'SocketUrl', { value: chat.socketUrl });
  }
}

const app = new App();
// The output folder of `cargo lambda build --release` at the root of the repository.
const functions = app.node.tryGetContext('functions') ?? resolve(__dirname, '..', '..', '..', '..', 'target', 'lambda');
new Chat(app, 'Chat', { functions, terminationProtection: true });
