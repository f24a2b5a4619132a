/** The construct as an app uses it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { App, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Backchannel, FUNCTIONS } from '../lib/index.js';
import { load } from '../lib/template.js';
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
    TracingConfig: { Mode: 'Active' },
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

test('traces are off unless asked for, and then the boundary lets them out', () => {
  const boundary = (template: Template) => JSON.stringify(template.toJSON()['Resources'].FunctionBoundary);
  const { template } = synthesized();
  template.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'PassThrough' } });
  assert.doesNotMatch(boundary(template), /xray:/);
  assert.match(boundary(everything().template), /xray:PutTelemetryRecords.*xray:PutTraceSegments/);
});

test('whoever may read the table may use its key for that', () => {
  const stack = new Stack(new App(), 'Chat');
  const encryptionKey = new Key(stack, 'Key');
  const reader = new Role(stack, 'Reader', { assumedBy: new AccountRootPrincipal() });
  new Backchannel(stack, 'Backchannel', { ...required, encryptionKey }).table.grantReadData(reader);
  const use = { Action: Match.arrayWith(['kms:Decrypt']), Resource: stack.resolve(encryptionKey.keyArn) };
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(use)]) },
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
  assert.deepEqual(stack.resolve(chat.queues.SnapshotsQueue.queueArn), { 'Fn::GetAtt': ['SnapshotsQueue', 'Arn'] });
  assert.deepEqual(stack.resolve(chat.httpApi.apiId), { Ref: 'HttpApi' });
  assert.deepEqual(stack.resolve(chat.socketApi.apiId), { Ref: 'SocketApi' });
  assert.deepEqual(stack.resolve(chat.httpApi.apiEndpoint), { 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] });
  assert.deepEqual(stack.resolve((chat.socketApi as WebSocketApi).apiEndpoint), {
    'Fn::GetAtt': ['SocketApi', 'ApiEndpoint'],
  });
  assert.deepEqual(stack.resolve(chat.httpUrl), { 'Fn::Sub': 'https://chat.example.com' });
  assert.deepEqual(stack.resolve(chat.socketDomainTarget), {
    'Fn::GetAtt': ['SocketDomainName', 'RegionalDomainName'],
  });
  assert.deepEqual(stack.resolve(chat.socketLog?.logGroupName), { Ref: 'SocketLog' });
});

test('every output of the template has a member', () => {
  const members: Record<string, (chat: Backchannel) => string | undefined> = {
    HttpUrl: (chat) => chat.httpUrl,
    SocketUrl: (chat) => chat.socketUrl,
    HttpDomainTarget: (chat) => chat.httpDomainTarget,
    SocketDomainTarget: (chat) => chat.socketDomainTarget,
    HttpApiId: (chat) => chat.httpApi.apiId,
    SocketApiId: (chat) => chat.socketApi.apiId,
    TableName: (chat) => chat.table.tableName,
    TableArn: (chat) => chat.table.tableArn,
    ErasureQueueArn: (chat) => chat.queues.ErasureQueue.queueArn,
    ErasureDeadLettersArn: (chat) => chat.queues.ErasureDeadLetters.queueArn,
    SnapshotsQueueArn: (chat) => chat.queues.SnapshotsQueue.queueArn,
    SnapshotsDeadLettersArn: (chat) => chat.queues.SnapshotsDeadLetters.queueArn,
    FunctionLogName: (chat) => chat.functionLog.logGroupName,
    HttpLogName: (chat) => chat.httpLog.logGroupName,
    SocketLogName: (chat) => chat.socketLog?.logGroupName,
    DashboardName: (chat) => chat.dashboardName,
    UserFunctionName: (chat) => chat.functions.user.functionName,
    SettingsFunctionName: (chat) => chat.functions.settings.functionName,
    ThreadFunctionName: (chat) => chat.functions.thread.functionName,
    MemberFunctionName: (chat) => chat.functions.member.functionName,
    MessageFunctionName: (chat) => chat.functions.message.functionName,
    SearchFunctionName: (chat) => chat.functions.search.functionName,
    ConnectionFunctionName: (chat) => chat.functions.connection.functionName,
    MediaBucketName: (chat) => chat.mediaBucket.bucketName,
    UploadsQueueArn: (chat) => chat.queues.UploadsQueue.queueArn,
    UploadsDeadLettersArn: (chat) => chat.queues.UploadsDeadLetters.queueArn,
    ImageFunctionName: (chat) => chat.functions.image.functionName,
    MediaFunctionName: (chat) => chat.functions.media.functionName,
    SweepFunctionName: (chat) => chat.functions.sweep.functionName,
    ReportFunctionName: (chat) => chat.functions.report.functionName,
    ErasureFunctionName: (chat) => chat.functions.erasure.functionName,
    SnapshotsFunctionName: (chat) => chat.functions.snapshots.functionName,
  };
  assert.deepEqual(Object.keys(members).sort(), Object.keys(load().Outputs).sort());
  const { chat } = everything();
  for (const [output, member] of Object.entries(members)) assert.ok(member(chat), output);
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
