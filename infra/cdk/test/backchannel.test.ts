/** What an app sees of the construct. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { App, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Backchannel, FUNCTIONS } from '../lib/index.js';
import { everything, required, synthesized } from './scene.js';

test('a stack has neither transform nor parameters nor conditions nor outputs of ours', () => {
  const { template } = everything();
  for (const section of ['Transform', 'Conditions', 'Outputs', 'Description', 'Metadata']) {
    assert.equal(template.toJSON()[section], undefined, section);
  }
  assert.deepEqual(Object.keys(template.toJSON()['Parameters']), ['BootstrapVersion']);
});

test('each function is an asset of its own', () => {
  const { template } = synthesized();
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const keys = new Set(functions.map((resource) => resource['Properties'].Code.S3Key));
  assert.equal(keys.size, FUNCTIONS.length);
  for (const key of keys) assert.match(key, /^[0-9a-f]{64}\.zip$/);
});

test('functions that were not built are named', () => {
  const empty = mkdtempSync(join(tmpdir(), 'backchannel-empty-'));
  assert.throws(() => synthesized(() => ({ functions: empty })), /no function connection in .*cargo lambda/);
  rmSync(empty, { recursive: true });
});

test('by default the table stays, protected, and no domain, key, topic or socket log is there', () => {
  const { chat, template } = synthesized();
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.absent() },
    },
  });
  template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
  template.resourceCountIs('AWS::Logs::LogGroup', 2);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: Match.absent(),
    OKActions: Match.absent(),
  });
  assert.deepEqual([chat.httpDomainTarget, chat.socketDomainTarget, chat.socketLog], [undefined, undefined, undefined]);
});

test('what is given is used everywhere', () => {
  const { stack, props, template } = everything();
  const key = stack.resolve(props.encryptionKey?.keyArn);
  const topic = stack.resolve(props.alarmTopic?.topicArn);
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: { DeletionProtectionEnabled: false, SSESpecification: { KMSMasterKeyId: key } },
  });
  template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key, RetentionInDays: 365 });
  template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topic], OKActions: [topic] });
  template.allResourcesProperties('AWS::Lambda::Function', {
    Architectures: ['arm64'],
    ReservedConcurrentExecutions: 40,
    LoggingConfig: { ApplicationLogLevel: 'WARN' },
  });
  template.allResourcesProperties('AWS::ApiGatewayV2::DomainName', {
    DomainNameConfigurations: [Match.objectLike({ CertificateArn: stack.resolve(props.certificate?.certificateArn) })],
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { SOCKET_URL: { 'Fn::Sub': 'wss://sockets.example.com' } } },
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    RouteSettings: { 'POST /connections': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 60 } },
  });
});

test('the key lets the logs in, and the roles let the functions at the key', () => {
  const { stack, props, template } = everything();
  template.hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
        }),
      ]),
    },
  });
  template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
    Roles: FUNCTIONS.map(() => Match.anyValue()),
    PolicyDocument: {
      Statement: [Match.objectLike({ Action: 'kms:Decrypt', Resource: stack.resolve(props.encryptionKey?.keyArn) })],
    },
  });
});

test('pages of no origin may call where none is given', () => {
  const cors = (origins: string[]) => {
    const { template } = synthesized(() => ({ allowedOrigins: origins }));
    return template.toJSON()['Resources'].HttpApi.Properties.Body['x-amazon-apigateway-cors'];
  };
  assert.equal(cors([]), undefined);
  assert.deepEqual(cors(['https://a.example', 'https://b.example']).allowOrigins, [
    'https://a.example',
    'https://b.example',
  ]);
});

test('what is made has a type', () => {
  const { chat, stack } = everything();
  assert.deepEqual(stack.resolve(chat.table.tableArn), { 'Fn::GetAtt': ['Table', 'Arn'] });
  assert.deepEqual(stack.resolve(chat.functions.message.functionArn), { 'Fn::GetAtt': ['MessageFunction', 'Arn'] });
  assert.deepEqual(stack.resolve(chat.alarms.HttpErrors.alarmArn), { 'Fn::GetAtt': ['HttpErrors', 'Arn'] });
  assert.deepEqual(stack.resolve(chat.httpApi.apiId), { Ref: 'HttpApi' });
  assert.deepEqual(stack.resolve(chat.socketApi.apiId), { Ref: 'SocketApi' });
  assert.deepEqual(stack.resolve(chat.httpUrl), { 'Fn::Sub': 'https://chat.example.com' });
  assert.deepEqual(stack.resolve(chat.socketDomainTarget), {
    'Fn::GetAtt': ['SocketDomainName', 'RegionalDomainName'],
  });
  assert.deepEqual(stack.resolve(chat.socketLog?.logGroupName), { Ref: 'SocketLog' });
});

test('one stack has room for two, and a tag reaches everything', () => {
  const stack = new Stack(new App(), 'Chats');
  new Backchannel(stack, 'Blue', required);
  new Backchannel(stack, 'Green', { ...required, stage: 'green', tableRemovalPolicy: RemovalPolicy.DESTROY });
  Tags.of(stack).add('team', 'chat');
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::DynamoDB::Table', 2);
  template.resourceCountIs('AWS::Lambda::Function', 2 * FUNCTIONS.length);
  template.allResourcesProperties('AWS::IAM::Role', { Tags: Match.arrayWith([{ Key: 'team', Value: 'chat' }]) });
});
