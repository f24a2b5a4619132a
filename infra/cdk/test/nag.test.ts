/** The findings of cdk-nag: each one is acknowledged, and each acknowledgement belongs to a finding. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { everything, synthesized } from './scene.js';

/** Rule and resource of each finding in an app. */
function findings(app: App): string[] {
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)]
    .flatMap((pack) => pack.validateScope(app).violations)
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath?.split('/').at(-1)}`),
    )
    .sort();
}

/** Rule and resource of each acknowledgement. */
function explained(template: CfnInclude): string[] {
  return template.node.children
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.keys(data).map((rule) => `${rule.replace(/^Annotation::/, '')} ${node.id}`)),
    )
    .sort();
}

for (const { chat, props, stack } of [synthesized(), everything()]) {
  test(`cdk-nag finds nothing that is not explained, and nothing else is explained, of stage ${props.stage ?? 'dev'}`, () => {
    const app = stack.node.root as App;
    const ours = new Set(chat.template.node.children.map(({ node }) => node.id));
    const ofOurs = (finding: string) => ours.has(finding.split(' ').at(-1) ?? '');
    assert.deepEqual(findings(app).filter(ofOurs), []);

    const templateFile = app.synth().getStackByName('Chat').templateFullPath;
    const bare = new App();
    new CfnInclude(new Stack(bare, 'Chat'), 'Template', { templateFile });
    const found = findings(bare).filter(ofOurs);
    assert.deepEqual(explained(chat.template), found);
    const rules = new Set(found.map((finding) => finding.split(/[[ ]/)[0]));
    console.log(
      `cdk-nag: ${found.length} findings of ${rules.size} rules of AwsSolutions and Serverless, all explained, 0 open`,
    );
  });
}
