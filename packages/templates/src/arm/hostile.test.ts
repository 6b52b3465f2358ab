import { readHolder } from '../read-holder.ts';

/** Lists what a template creates whose one resource has a tag. */
function list(tag: unknown, variables: object = {}, copy?: object) {
  const account = {
    type: 'Microsoft.Storage/storageAccounts',
    apiVersion: '2023-01-01',
    name: 'a',
    tags: { t: tag },
  };
  const template_content = JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    variables,
    resources: [{ ...account, ...(copy ? { copy } : {}) }],
  });
  return readHolder({
    type: 'azurerm_resource_group_template_deployment',
    values: { template_content },
    unknown: {},
  });
}

/** A text of 1.5 million characters. */
const long = { a: `[replace('${'a'.repeat(1000)}', 'a', '${'b'.repeat(1500)}')]` };
const doubled = (value: (next: string) => unknown) =>
  Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `v${index}`,
      index === 59 ? 'x' : value(`variables('v${index + 1}')`),
    ]),
  );
const tooLong = { problem: expect.stringMatching(/more than 10000000 characters/) };

test.each([
  ['lists that double 60 times', "[variables('v0')]", doubled((next) => `[createArray(${next}, ${next})]`)],
  ['maps that double 60 times', "[variables('v0')]", doubled((next) => ({ a: `[${next}]`, b: `[${next}]` }))],
  ['a text a thousand times', `[concat(${Array(1000).fill("variables('a')").join(', ')})]`, long],
])('%s are stopped with an error', (_what, tag, variables) => {
  expect(list(tag, variables)).toStrictEqual(tooLong);
});

test('a large part in a loop is stopped with an error', () => {
  expect(list(Array(100_000).fill(1), {}, { name: 'c', count: 800 })).toStrictEqual(tooLong);
});

test.each([
  ['each character by a text', "[replace(variables('a'), 'b', variables('a'))]"],
  ['a format with a text 5000 times', `[format('${'{0}'.repeat(5000)}', variables('a'))]`],
  ['a list joined by a text', "[join(split(variables('a'), ''), variables('a'))]"],
])('%s is not made, and counts as unknown', (_what, tag) => {
  const read = list(tag, long);
  if ('problem' in read) throw new Error(read.problem);
  const [account] = read.plan.resource_changes ?? [];
  expect([account?.type, read.opaque]).toStrictEqual(['azurerm_storage_account', []]);
});

test('a chain of variables that is too deep counts as unknown', () => {
  const chain = Object.fromEntries(
    Array.from({ length: 255 }, (_, index) => [
      `v${index}`,
      index === 254 ? 'x' : `[${'concat('.repeat(50)}variables('v${index + 1}')${')'.repeat(50)}]`,
    ]),
  );
  expect(list("[variables('v0')]", chain)).toHaveProperty('plan');
});
