import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Backchannel, type BackchannelProps, FUNCTIONS, LogLevel } from '../lib/index.js';

/** A folder with the layout of cargo lambda's output. The files have other contents. */
export const functions = mkdtempSync(join(tmpdir(), 'backchannel-functions-'));
for (const name of FUNCTIONS) {
  mkdirSync(join(functions, name));
  writeFileSync(join(functions, name, 'bootstrap'), `the function ${name}`);
}
process.on('exit', () => rmSync(functions, { recursive: true }));

/** The properties without defaults. */
export const required = { jwtIssuer: 'https://login.example.com/', jwtAudience: 'example-app', functions };

/** A stack with one Backchannel, whose resources have the template's logical ids. */
export function synthesized(choose: (stack: Stack) => Partial<BackchannelProps> = () => ({})) {
  const stack = new Stack(new App(), 'Chat');
  const props = { ...required, preserveLogicalIds: true, ...choose(stack) };
  const chat = new Backchannel(stack, 'Backchannel', props);
  return { chat, props, stack, template: Template.fromStack(stack) };
}

/** A stack in which every property is set, if possible to resources of the same stack. */
export function everything() {
  return synthesized((stack) => ({
    alarmTopic: new Topic(stack, 'OnCall'),
    allowedOrigins: ['https://app.example.com', 'https://www.example.com'],
    architecture: Architecture.ARM_64,
    certificate: new Certificate(stack, 'Certificate', { domainName: '*.example.com' }),
    connectThrottle: { rate: 50, burst: 60 },
    encryptionKey: new Key(stack, 'Key'),
    httpDomain: 'chat.example.com',
    logLevel: LogLevel.WARN,
    logRetention: RetentionDays.ONE_YEAR,
    permissionsBoundary: new ManagedPolicy(stack, 'Boundary', {
      statements: [new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: ['*'] })],
    }),
    reservedConcurrency: 40,
    routeThrottle: { rate: 70, burst: 80 },
    userRates: {
      messagesPerSecond: 5,
      messageBurst: 6,
      contactsPerHour: 7,
      searchesPerMinute: 8,
      uploadsPerHour: 9,
      reportsPerHour: 10,
    },
    socketAccessLog: true,
    socketDomain: 'sockets.example.com',
    stage: 'live',
    tableRemovalPolicy: RemovalPolicy.DESTROY,
    tracing: true,
  }));
}
