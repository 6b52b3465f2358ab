import { checkArmParameters } from './parameters.ts';
import { readArmTemplate } from './read-template.ts';
import { armTerraformRoot } from './terraform-root.ts';

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
const account = {
  type: 'Microsoft.Storage/storageAccounts',
  apiVersion: '2023-01-01',
  name: "[concat(variables('prefix'), parameters('Env'))]",
};
const template = (more: object = {}) =>
  JSON.stringify(
    {
      $schema: schema,
      contentVersion: '1.0.0.0',
      parameters: { env: { type: 'string', defaultValue: 'dev' } },
      variables: { prefix: 'shop' },
      resources: [account],
      outputs: { id: { type: 'string', value: "[resourceId('Microsoft.Storage/storageAccounts', 'a')]" } },
      ...more,
    },
    null,
    1,
  );
const read = (more: object = {}) => readArmTemplate(template(more));

test('a template is read, with names in any case, and children of resources', () => {
  const container = { type: 'blobServices/containers', apiVersion: '2023-01-01', name: 'default/c' };
  const found = read({ resources: [{ ...account, resources: [container] }] });
  expect(found.resources.map(({ type, line }) => [type, line])).toStrictEqual([
    ['Microsoft.Storage/storageAccounts', 14],
    ['Microsoft.Storage/storageAccounts/blobServices/containers', 19],
  ]);
});

test.each([
  ['Bicep', "param name string\nresource a 'b@c' = {}", /line 1: it looks like Bicep.*az bicep build/],
  ['Bicep with a decorator', '@secure()\nparam p string', /Bicep/],
  ['no JSON', '{\n "a": nothing\n}', /line 2: it is not JSON/],
  ['a missing comma', '{"a": 1\n "b": 2}', /line 2: a comma or } is missing/],
  ['a key that stands twice', '{"a": 1,\n "a": 2}', /line 2: a key stands twice/],
  ['half a text', '{"a": ', /ends too early/],
  ['parts nested without end', '['.repeat(200_000), /nested deeper than 100/],
  ['ten megabytes', `{"a": "${'x'.repeat(10_000_000)}"}`, /1000000 bytes/],
  ['another schema', '{"$schema": "https://json-schema.org/draft-07/schema#"}', /\$schema is not one of/],
  [
    'a template of a subscription',
    JSON.stringify({ $schema: schema.replace('deployment', 'subscriptionDeployment') }),
    /it is a subscriptionDeploymentTemplate/,
  ],
  ['no contentVersion', JSON.stringify({ $schema: schema }), /contentVersion/],
  ['257 parameters', template({ parameters: many(257, { type: 'int' }) }), /257 parameters; Azure takes 256/],
  ['801 resources', template({ resources: Array(801).fill(account) }), /801 resources; Azure takes 800/],
  [
    'a parameter that would be code',
    template({ parameters: { '${x}': { type: 'int' } } }),
    /other characters/,
  ],
  ['a resource without a type', template({ resources: [{ name: 'a' }] }), /line \d+: a resource has no type/],
  [
    'a parameter that is not there',
    template({ variables: { prefix: "[parameters('Nobody')]" } }),
    /line 11: parameters\('Nobody'\) is not among its parameters/,
  ],
  [
    'a variable that is not there',
    template({ variables: {} }),
    /line \d+: variables\('prefix'\) is not among/,
  ],
  [
    'variables in a circle',
    template({ variables: { prefix: "[variables('b')]", b: ["[concat(variables('Prefix'))]"] } }),
    /line 11: the variable prefix depends on itself/,
  ],
  ['half an expression', template({ variables: { prefix: "[concat('a'" + ']' } }), /line 11: an expression/],
  [
    'a quote that is not closed',
    template({ variables: { prefix: "[concat('a]" } }),
    /line 11: an expression has a character or a quote/,
  ],
  ['double quotes', template({ variables: { prefix: '[concat("a")]' } }), /line 11: an expression/],
  [
    'an expression without end',
    template({ variables: { prefix: `[${'not('.repeat(500)}true()${')'.repeat(500)}]` } }),
    /nested deeper than 64/,
  ],
  [
    'a very long expression',
    template({ variables: { prefix: `[concat('${'x'.repeat(30_000)}')]` } }),
    /24576 characters/,
  ],
])('%s is refused with a clear error', (_what, text, message) => {
  expect(() => readArmTemplate(text)).toThrow(message);
});

function many(count: number, value: unknown) {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, value]));
}

test.each([
  ['a text that begins with a bracket', '[[not an expression]'],
  ['a text with a bracket at its start only', '[half'],
  ['quotes in texts', "[concat('it''s', variables('prefix'))]"],
  ['access to what a function returns', "[reference('a', '2023-01-01').keys[0].value.b]"],
  ['functions of the template', "[shop.nameOf('a')]"],
])('%s is taken', (_what, text) => {
  expect(() => read({ tags: { text } })).not.toThrow();
});

test('a nested template and functions have parameters of their own', () => {
  const nested = {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name: 'inner',
    properties: { template: { variables: { a: "[parameters('theirs')]" } } },
  };
  expect(() => read({ resources: [nested] })).not.toThrow();
  const functions = [{ namespace: 'a', members: { b: { output: { value: "[parameters('own')]" } } } }];
  expect(() => read({ functions })).not.toThrow();
});

test('parameters are checked before anything runs, and messages have no values', () => {
  const parameters = {
    env: { type: 'string', allowedValues: ['dev', 'prod'] },
    count: { type: 'int', minValue: 1, maxValue: 5, defaultValue: 2 },
    zones: { type: 'array', minLength: 2, allowedValues: ['1', '2', '3'] },
    password: { type: 'securestring', minLength: 8 },
    settings: { type: 'secureObject', defaultValue: {} },
    must: { type: 'bool' },
    odd: { type: 'float' },
  };
  const wrong = { Env: 'test', count: '3', zones: ['1'], password: 'hunter2', settings: [], other: 'x' };
  const bad = checkArmParameters(read({ parameters, resources: [] }), wrong);
  expect(bad.problems.map(({ parameter, problem }) => `${parameter}: ${problem}`)).toStrictEqual([
    'other: the template has no such parameter; it has env, count, zones, password, settings, must, odd',
    'env: it is none of "dev", "prod"',
    'count: it is not a value of the type int',
    'zones: it must have at least 2 characters or items',
    'password: it must have at least 8 characters or items',
    'settings: it is not a value of the type secureObject',
    'must: it has no value and no default; give one',
    'odd: the template gives it an unknown type',
  ]);
  const { odd: _, ...good } = parameters;
  const given = { ENV: 'dev', zones: ['1', '3'], password: 'hunter2-long', must: false };
  const checked = checkArmParameters(read({ parameters: good, resources: [] }), given);
  expect([checked.problems, Object.fromEntries(checked.values)]).toStrictEqual([
    [],
    { env: 'dev', zones: ['1', '3'], password: 'hunter2-long', must: false },
  ]);
});

test('problems with parameters are few and short, however many values are given', () => {
  const parameters = many(256, { type: 'string', defaultValue: 'a' });
  const given = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`no${index}`, 'x']));
  const { problems } = checkArmParameters(read({ parameters, resources: [] }), given);
  expect(problems).toHaveLength(100);
  expect(problems[0]?.problem).toMatch(/it has p0, .*, p19 and 236 more$/);
});

test('the code has the template beside it, secret variables, and its outputs', () => {
  const parameters = { env: { type: 'string' }, password: { type: 'secureString' } };
  const text = template({ parameters });
  const files = armTerraformRoot(readArmTemplate(text), text, 'dep-1', { given: ['env', 'password'] });
  const root = JSON.parse(files['main.tf.json'] ?? '');
  expect(files['template.json']).toBe(text);
  expect(root.variable).toStrictEqual({
    location: { type: 'string' },
    p_env: { type: 'any' },
    p_password: { type: 'any', sensitive: true },
  });
  expect(root.resource.azurerm_resource_group_template_deployment.deployment).toMatchObject({
    name: 'dep-1',
    deployment_mode: 'Incremental',
    resource_group_name: '${azurerm_resource_group.group.name}',
    parameters_content:
      '${jsonencode({ "env" = { value = var.p_env }, "password" = { value = var.p_password } })}',
  });
  expect(root.output.id.value).toMatch(/jsondecode\(.*output_content\)\["id"\]\.value/);
  const there = armTerraformRoot(readArmTemplate(text), text, 'dep-1', { given: [], resourceGroup: 'shop' });
  expect(there['main.tf.json']).not.toContain('azurerm_resource_group"');
});
