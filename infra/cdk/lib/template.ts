import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Construct } from 'constructs';
import { parse } from 'yaml';

/** What SAM makes of `infra/template.yaml`; `.ci/template-lint` keeps it so. In the package it lies beside `dist`. */
const FILE = resolve(__dirname, '..', '..', 'translated.yaml');

/** A CloudFormation template, as far as this package looks into it. */
export interface Template {
  Parameters: Record<string, Parameter>;
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
  MinValue?: number;
}

type Value = string | number;
/** Values of parameters by name. */
export type Values = Record<string, Value>;

/** The template as it is in the package. */
export function load(): Template {
  return parse(readFileSync(FILE, 'utf8'), { version: '1.1' });
}

/** Makes resources of a template whose conditions are decided. CDK includes files only, so it passes through one. */
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

/** The given values and the defaults of the others, checked as CloudFormation would check them. */
export function valuesOf(parameters: Record<string, Parameter>, given: Values): Values {
  const entries = Object.entries(parameters).map(([name, declared]) => {
    const value = given[name] ?? declared.Default;
    if (value === undefined) throw new Error(`the parameter ${name} has no default, and no value was given`);
    if (!Token.isUnresolved(value)) check(name, value, declared);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function check(name: string, value: Value, declared: Parameter): void {
  const { AllowedValues: values, AllowedPattern: pattern, MinValue: least } = declared;
  const wanted = [
    values && !values.includes(value) && `one of ${values.join(', ')}`,
    pattern && !new RegExp(`^(?:${pattern})$`).test(String(value)) && pattern,
    least !== undefined && Number(value) < least && `at least ${least}`,
  ].filter(Boolean);
  if (wanted.length > 0) throw new Error(`${name} cannot be "${value}": it must be ${wanted.join(' and ')}`);
}

/**
 * The template without its conditions, and without everything whose condition does not hold. CloudFormation could not decide
 * them: a resource of the same app has no ARN yet when it evaluates conditions.
 */
export function decided(template: Template, values: Values): Template {
  const { Conditions: conditions = {}, ...rest } = template;
  const holds = (condition: unknown): boolean => {
    const [[name, argument] = ['', '']] = Object.entries(condition as object);
    const all = argument as unknown[];
    switch (name) {
      case 'Condition':
        return holds(conditions[argument]);
      case 'Fn::Equals':
        return String(plain(all[0])) === String(plain(all[1]));
      case 'Fn::Not':
        return !holds(all[0]);
      case 'Fn::And':
        return all.every(holds);
      case 'Fn::Or':
        return all.some(holds);
      default:
        throw new Error(`${name} is no condition`);
    }
  };
  const plain = (value: unknown): unknown =>
    typeof value === 'object' ? values[(value as { Ref: string }).Ref] : value;

  /** `undefined` is what `AWS::NoValue` leaves. */
  const chosen = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(chosen).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    if ('Fn::If' in value) {
      const [name, yes, no] = value['Fn::If'] as [string, unknown, unknown];
      return chosen(holds(conditions[name]) ? yes : no);
    }
    if ('Ref' in value && value.Ref === 'AWS::NoValue') return undefined;
    const entries = Object.entries(value).map(([key, item]) => [key, chosen(item)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  };
  const present = <T extends { Condition?: string }>(section: Record<string, T>): Record<string, T> => {
    const kept = Object.entries(section).filter(([, { Condition: name }]) => !name || holds(conditions[name]));
    return Object.fromEntries(kept.map(([id, { Condition: _, ...body }]) => [id, chosen(body) as T]));
  };
  return {
    ...rest,
    Parameters: template.Parameters,
    Resources: present(template.Resources),
    Outputs: present(template.Outputs),
  };
}
