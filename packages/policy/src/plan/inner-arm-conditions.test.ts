import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { planOf } from './plan-fixture.ts';

const settings = projectPolicySettingsSchema.parse({ profile: 'guarded' });

/** Judges a template with parts that no template should have. */
function judge(resources: unknown, more: object = {}, given: object = {}) {
  const template_content = JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: {
      env: { type: 'string', defaultValue: 'dev' },
      isOn: { type: 'bool', defaultValue: false },
      count: { type: 'int', defaultValue: 1 },
      settings: { type: 'object', defaultValue: { Key: 'a', b: 1 } },
    },
    ...more,
    resources,
  });
  const parameters_content = JSON.stringify(given);
  const address = 'azurerm_resource_group_template_deployment.app';
  return evaluatePlan(planOf([{ address, after: { template_content, parameters_content } }]), settings)
    .findings;
}

const account = (more: object = {}) => ({
  type: 'Microsoft.Storage/storageAccounts',
  apiVersion: '2023-01-01',
  name: 'a',
  properties: { minimumTlsVersion: 'TLS1_2', allowBlobPublicAccess: true },
  ...more,
});
const idsOf = (findings: ReturnType<typeof judge>) => findings.map(({ id }) => id);

test.each([
  ['a key in other case', "[contains(parameters('settings'), 'KEY')]"],
  ['braces that stand for themselves', "[equals(format('{{0}}', 'x'), '{0}')]"],
  ['a format of a number', "[equals(format('{0:N2}', 1), '1.00')]"],
  ['large integers', '[not(equals(9007199254740993, 9007199254740992))]'],
  ['the text of a boolean', "[equals(string(true()), 'True')]"],
  ['a boolean in a text', "[equals(concat('', true()), 'True')]"],
  ['objects', "[equals(parameters('settings'), createObject('b', 1, 'Key', 'a'))]"],
  ['a number, which may have a fraction in Azure', "[not(equals(variables('one'), 1))]"],
  ['a function inside another', "[not(equals(toLower(parameters('env')), 'dev'))]"],
  ['a variable that hides a function', "[variables('hidden')]"],
  ['a default that hides a function', "[parameters('hidden')]"],
  ['a part of an object', "[equals(parameters('settings').key, 'b')]"],
  ['text for a boolean', "[and('true', true())]"],
])('a condition with %s hides nothing', (_what, condition) => {
  const parameters = {
    env: { type: 'string', defaultValue: 'dev' },
    settings: { type: 'object', defaultValue: { Key: 'a', b: 1 } },
    hidden: { type: 'bool', defaultValue: "[contains(createObject('A', 1), 'a')]" },
  };
  const variables = { hidden: "[contains(parameters('settings'), 'KEY')]", one: 1 };
  expect(idsOf(judge([account({ condition })], { parameters, variables }))).toContain('AZ-ST-002');
});

test.each([
  ['a number', 0, true],
  ['a parameter', "[if(parameters('isOn'), parameters('count'), 0)]", true],
  ['a length', '[length(createArray())]', false],
  ['a function that Azure may understand differently', "[sub(parameters('count'), 1)]", false],
])('a loop that runs never by %s is left out only if that is certain', (_what, count, isCertain) => {
  const ids = idsOf(judge([account({ copy: { name: 'c', count } })]));
  expect(ids).toStrictEqual(isCertain ? [] : ['OPAQUE-001']);
});

test.each([
  ['a literal', false],
  ['a parameter', "[parameters('isOn')]"],
  ['texts that differ', "[equals(parameters('env'), 'prod')]"],
  ['booleans', "[and(not(parameters('isOn')), equals(parameters('isOn'), true()))]"],
  ['a variable', "[variables('isProd')]"],
  ['no text', "[not(empty(variables('none')))]"],
])('a condition that is certainly false leaves a resource out: %s', (_what, condition) => {
  const variables = { isProd: "[or(equals(parameters('env'), 'prod'), parameters('isOn'))]", none: '' };
  const unknownType = { ...account({ condition }), type: 'Microsoft.Zoo/animals' };
  expect(judge([account({ condition }), unknownType], { variables })).toStrictEqual([]);
});

test.each([
  ['of another type', 'true'],
  ['that is null', null],
])('a given value %s hides nothing: the default does not count', (_what, value) => {
  const findings = judge([account({ condition: "[parameters('isOn')]" })], {}, { isOn: { value } });
  expect(idsOf(findings)).toContain('AZ-ST-002');
});

const child = (depth: number): object => ({
  ...account({ type: 'part', name: `c${depth}` }),
  ...(depth > 0 ? { resources: [child(depth - 1)] } : {}),
});

test.each([
  ['children in a map', [account({ resources: { c: child(0) } })], {}, /inside a are not a list/],
  ['children nested very deeply', [account({ resources: [child(7)] })], {}, /nested deeper than 6/],
  ['existing without its language version', [account({ existing: true })], {}, /languageVersion 2.0 only/],
  [
    'existing in a child',
    [account({ resources: [{ ...child(0), existing: true }] })],
    { languageVersion: '1.0' },
    /languageVersion 2.0 only/,
  ],
])('%s are a pending finding', (_what, resources, more, message) => {
  const [finding] = judge(resources, more).filter(({ id }) => id === 'OPAQUE-001');
  expect([finding?.pending, finding?.message]).toStrictEqual([true, expect.stringMatching(message)]);
});

test('a resource that exists already is only named', () => {
  const resources = { there: account({ existing: true }) };
  expect(judge(resources, { languageVersion: '2.0' })).toStrictEqual([]);
});
