import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Construct } from 'constructs';
import { parse } from 'yaml';

/** SAM's output for `infra/template.yaml`, checked by `.ci/template-lint`. In the package it is beside `dist`. */
const FILE = resolve(__dirname, '..', '..', 'translated.yaml');

/** The parts of a CloudFormation template that this package uses. */
export interface Template {
  Parameters: Record<string, Parameter>;
  Rules?: Record<string, Rule>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, { Type: string; Condition?: string; [attribute: string]: unknown }>;
  Outputs: Record<string, { Condition?: string; [attribute: string]: unknown }>;
  [section: string]: unknown;
}

/** The declaration of a parameter. */
export interface Parameter {
  Default?: Value;
  AllowedValues?: Value[];
  AllowedPattern?: string;
  MinLength?: number;
  MinValue?: number;
}

/** A constraint between parameters, checked if its condition holds. */
export interface Rule {
  RuleCondition?: unknown;
  Assertions: { Assert: unknown; AssertDescription: string }[];
}

type Value = string | number;
/** Values of parameters by name. */
export type Values = Record<string, Value>;

/** Loads the template of the package. */
export function load(): Template {
  return parse(readFileSync(FILE, 'utf8'), { version: '1.1' });
}

/** Includes a template without conditions. CDK includes files only, so this writes a temporary one. */
export function include(
  scope: Construct,
  id: string,
  template: Template,
  parameters: Values,
  preserveLogicalIds: boolean,
): CfnInclude {
  const folder = mkdtempSync(join(tmpdir(), 'backchannel-'));
  try {
    const templateFile = join(folder, 'template.json');
    writeFileSync(templateFile, JSON.stringify(template));
    return new CfnInclude(scope, id, { templateFile, preserveLogicalIds, parameters });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The given values and the defaults of the other parameters, checked as by CloudFormation. */
export function valuesOf(template: Template, given: Values): Values {
  const entries = Object.entries(template.Parameters).map(([name, declared]) => {
    const value = given[name] ?? declared.Default;
    if (value === undefined) throw new Error(`the parameter ${name} has no default, and no value was given`);
    if (!Token.isUnresolved(value)) check(name, value, declared);
    return [name, value];
  });
  const values = Object.fromEntries(entries);
  const holds = judge(template, values);
  for (const { RuleCondition: condition, Assertions: assertions } of Object.values(template.Rules ?? {})) {
    const broken = assertions.find(({ Assert: assertion }) => !holds(assertion));
    if (broken && (condition === undefined || holds(condition))) throw new Error(broken.AssertDescription);
  }
  return values;
}

function check(name: string, value: Value, declared: Parameter): void {
  const { AllowedValues: values, AllowedPattern: pattern, MinLength: shortest, MinValue: least } = declared;
  const wanted = [
    values && !values.includes(value) && `one of ${values.join(', ')}`,
    pattern && !new RegExp(`^(?:${pattern})$`).test(String(value)) && pattern,
    shortest !== undefined && String(value).length < shortest && `at least ${shortest} long`,
    least !== undefined && Number(value) < least && `at least ${least}`,
  ].filter(Boolean);
  if (wanted.length > 0) throw new Error(`${name} cannot be "${value}": it must be ${wanted.join(' and ')}`);
}

/** Returns a function that evaluates a condition, given by its name or its expression, for these values. */
function judge({ Conditions: conditions = {} }: Template, values: Values): (condition: unknown) => boolean {
  const plain = (value: unknown): unknown =>
    typeof value === 'object' ? values[(value as { Ref: string }).Ref] : value;
  const holds = (condition: unknown): boolean => {
    if (typeof condition === 'string') return holds(conditions[condition]);
    const [[name, argument] = ['', '']] = Object.entries(condition as object);
    const all = argument as unknown[];
    switch (name) {
      case 'Condition':
        return holds(argument);
      case 'Fn::Equals':
        return String(plain(all[0])) === String(plain(all[1]));
      case 'Fn::Not':
        return !holds(all[0]);
      case 'Fn::And':
        return all.every(holds);
      case 'Fn::Or':
        return all.some(holds);
      default:
        throw new Error(`${name} is not a condition`);
    }
  };
  return holds;
}

/**
 * The template without conditions and rules, and without everything whose condition does not hold. CloudFormation cannot evaluate
 * these conditions, because a resource of the same app has no ARN yet when it evaluates conditions.
 */
export function decided(template: Template, values: Values): Template {
  const { Conditions: _, Rules: __, ...rest } = template;
  const holds = judge(template, values);

  /** Evaluates `Fn::If`. `AWS::NoValue` becomes `undefined`. */
  const chosen = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(chosen).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    if ('Fn::If' in value) {
      const [name, yes, no] = value['Fn::If'] as [string, unknown, unknown];
      return chosen(holds(name) ? yes : no);
    }
    if ('Ref' in value && value.Ref === 'AWS::NoValue') return undefined;
    const entries = Object.entries(value).map(([key, item]) => [key, chosen(item)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  };
  const present = <T extends { Condition?: string }>(section: Record<string, T>): Record<string, T> => {
    const kept = Object.entries(section).filter(([, { Condition: name }]) => !name || holds(name));
    return Object.fromEntries(kept.map(([id, { Condition: _, ...body }]) => [id, chosen(body) as T]));
  };
  return {
    ...rest,
    Parameters: template.Parameters,
    Resources: present(template.Resources),
    Outputs: present(template.Outputs),
  };
}
