/** Compares the construct with the template that it embeds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ALARMS, type BackchannelProps, FUNCTIONS, QUEUES } from '../lib/index.js';
import { parametersOf } from '../lib/parameters.js';
import { decided, load, type Template, type Values, valuesOf } from '../lib/template.js';
import { everything, synthesized } from './scene.js';

const embedded = load();
const idsOf = (type: string): string[] =>
  Object.keys(embedded.Resources)
    .filter((id) => embedded.Resources[id]?.Type === type)
    .sort();

test('every parameter of the template has a property', () => {
  const given = Object.keys(parametersOf(everything().props));
  assert.deepEqual(given.sort(), Object.keys(embedded.Parameters).sort());
});

test('every function, every alarm and every queue of the template has a name', () => {
  const ids = FUNCTIONS.map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`);
  assert.deepEqual(idsOf('AWS::Lambda::Function'), ids);
  assert.deepEqual(idsOf('AWS::CloudWatch::Alarm'), [...ALARMS]);
  assert.deepEqual(idsOf('AWS::SQS::Queue'), [...QUEUES]);
});

for (const scene of [synthesized(), everything()]) {
  const { props, stack, template } = scene;
  test(`what the template declares, and nothing else about it, is in a stack of stage ${props.stage ?? 'dev'}`, () => {
    const values = valuesOf(embedded, parametersOf(props));
    const declared: Template['Resources'] = stack.resolve(substituted(decided(embedded, values), values).Resources);
    const found = template.toJSON()['Resources'];
    for (const [id, resource] of Object.entries(declared)) {
      assert.deepEqual(comparable(found[id]), comparable(resource), id);
    }
  });
}

/** A template with parameters replaced by values, and splits by lists. */
function substituted(template: Template, values: Values): Template {
  const replaced = (text: string): string => text.replace(/\$\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    if ('Ref' in value) return values[String(value.Ref)] ?? value;
    const entries = Object.entries(value).map(([key, item]) => [key, walk(item)]);
    const result = Object.fromEntries(entries);
    if (typeof result['Fn::Sub'] === 'string') result['Fn::Sub'] = replaced(result['Fn::Sub']);
    return 'Fn::Split' in result ? result['Fn::Split'][1].split(result['Fn::Split'][0]) : result;
  };
  return walk(template) as Template;
}

/** Removes the location of the code, which differs on purpose, and sorts dependencies. */
function comparable(resource: Record<string, unknown>): unknown {
  const { Metadata: _, DependsOn: dependencies, Properties: properties, ...rest } = resource;
  const { Code: __, ...others } = properties as Record<string, unknown>;
  return { ...rest, properties: others, dependencies: [dependencies ?? []].flat().sort() };
}

const made: Template = {
  Parameters: { Size: { Default: 'small', AllowedValues: ['small', 'large'] }, Arn: { Default: '' } },
  Conditions: {
    Large: { 'Fn::Equals': [{ Ref: 'Size' }, 'large'] },
    Known: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Arn' }, ''] }] },
    Both: { 'Fn::And': [{ Condition: 'Large' }, { Condition: 'Known' }] },
    Any: { 'Fn::Or': [{ Condition: 'Large' }, { Condition: 'Known' }] },
  },
  Resources: {
    A: {
      Type: 'X',
      Properties: { P: { 'Fn::If': ['Large', 1, { Ref: 'AWS::NoValue' }] }, Q: [{ 'Fn::If': ['Any', 2, 3] }] },
    },
    B: { Type: 'X', Condition: 'Both' },
  },
  Outputs: { O: { Condition: 'Known', Value: 4 } },
};

test('conditions are decided by the values', () => {
  const small = decided(made, { Size: 'small', Arn: '' });
  assert.deepEqual([small.Resources, small.Outputs], [{ A: { Type: 'X', Properties: { Q: [3] } } }, {}]);
  const large = decided(made, { Size: 'large', Arn: 'arn' });
  assert.deepEqual(large.Resources, { A: { Type: 'X', Properties: { P: 1, Q: [2] } }, B: { Type: 'X' } });
  assert.deepEqual(large.Outputs, { O: { Value: 4 } });
  assert.equal(large.Conditions, undefined);
});

test('values are checked as CloudFormation would', () => {
  assert.deepEqual(valuesOf(made, { Arn: 'arn' }), { Size: 'small', Arn: 'arn' });
  assert.throws(() => valuesOf(made, { Size: 'huge' }), /Size cannot be "huge": it must be one of small, large/);
  const refused = (props: Partial<BackchannelProps>, why: RegExp) =>
    assert.throws(() => synthesized(() => props), why, JSON.stringify(props));
  refused({ jwtIssuer: 'http://login.example.com/' }, /JwtIssuer cannot be/);
  refused({ jwtAudience: '' }, /JwtAudience cannot be "": it must be at least 1 long/);
  refused({ routeThrottle: { rate: 0.5, burst: 1 } }, /RouteRate cannot be "0.5"/);
  refused({ allowedOrigins: ['https://a.example', ' https://b.example'] }, /AllowedOrigins cannot be/);
});

test('rules are checked as CloudFormation would', () => {
  const Rules = {
    Big: {
      RuleCondition: { Condition: 'Large' },
      Assertions: [{ Assert: { Condition: 'Known' }, AssertDescription: 'large needs Arn' }],
    },
  };
  const ruled = { ...made, Rules };
  assert.throws(() => valuesOf(ruled, { Size: 'large' }), /large needs Arn/);
  const large = valuesOf(ruled, { Size: 'large', Arn: 'arn' });
  assert.equal(decided(ruled, large)['Rules'], undefined);
  assert.equal(valuesOf(ruled, {})['Size'], 'small');
  const domains = (httpDomain: string, socketDomain: string, certified = true) =>
    synthesized((stack) => ({
      httpDomain,
      socketDomain,
      ...(certified && { certificate: new Certificate(stack, 'Certificate', { domainName: '*.example.com' }) }),
    }));
  assert.throws(() => domains('', 'a.example.com', false), /need CertificateArn/);
  assert.throws(() => domains('a.example.com', '', false), /need CertificateArn/);
  assert.throws(() => domains('a.example.com', 'a.example.com'), /must be different/);
  domains('a.example.com', '');
  domains('', '', false);
});
