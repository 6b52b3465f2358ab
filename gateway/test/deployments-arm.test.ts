import { type Client, type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloDeployment } from './support.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const template = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: {
    size: { type: 'int', defaultValue: 1, maxValue: 5 },
    word: { type: 'securestring', minLength: 8 },
    tags: { type: 'object', defaultValue: {} },
  },
  resources: [{ type: 'Microsoft.Network/natGateways', apiVersion: '2023-01-01', name: 'a' }],
  outputs: { id: { type: 'string', value: "[resourceId('Microsoft.Network/natGateways', 'a')]" } },
};
const deployment = {
  ...helloDeployment,
  provider: 'azure',
  template_type: 'arm',
  template_code: JSON.stringify(template),
  parameters: { word: 'swordfish-1' },
  variables: { location: 'westeurope' },
};

const create = async (client: Client, body: object = deployment) => client.post('/api/deployments', body);

test('an ARM template is deployed with checked parameters; secure ones are never shown', async () => {
  const { status, body } = await create(it.admin, {
    ...deployment,
    parameters: { ...deployment.parameters, tags: { a: ['b'] } },
  });
  expect([status, body.parameters, body.variables]).toStrictEqual([
    202,
    { word: '(sensitive)', tags: { a: ['b'] } },
    { location: 'westeurope' },
  ]);
  const again = await it.admin.get(`/api/deployments/${body.id}`);
  for (const answer of [body, again.body]) expect(JSON.stringify(answer)).not.toContain('swordfish');
});

test.each([
  ['a parameter that is missing', { parameters: {} }, '/parameters/word'],
  ['one of another type', { parameters: { ...deployment.parameters, size: 'many' } }, '/parameters/size'],
  ['one that there is not', { parameters: { ...deployment.parameters, sise: 1 } }, '/parameters/sise'],
  ['no place', { variables: {} }, '/variables'],
  ['two places', { variables: { location: 'a', resource_group: 'b' } }, '/variables'],
  ['a variable beside location and resource_group', { variables: { size: 1 } }, '/variables'],
])('%s is refused before anything runs', async (_what, change, pointer) => {
  const { status, body } = await create(it.admin, { ...deployment, ...change });
  expect([status, body.errors?.[0]?.pointer]).toStrictEqual([400, pointer]);
  expect(JSON.stringify(body)).not.toContain('swordfish');
});

test.each([
  ['Bicep', 'param name string\n', /Bicep.*az bicep build/],
  ['no JSON', '{\n"a": x', /line 2/],
  [
    'code in a name',
    JSON.stringify({ ...template, outputs: { '${file("x")}': { type: 'string' } } }),
    /other characters/,
  ],
  ['a wrong expression', JSON.stringify({ ...template, variables: { a: '[concat(]' } }), /an expression/],
])('a template with %s is refused with the reason', async (_what, template_code, reason) => {
  const { status, body } = await create(it.admin, { ...deployment, template_code });
  expect([status, body.code]).toStrictEqual([422, 'template_refused']);
  expect(body.detail).toMatch(reason);
});

test('a stored template lists its parameters', async () => {
  const { template_code, template_type } = deployment;
  const stored = await it.admin.post('/api/deployments/templates', {
    name: 'nat',
    template_type,
    template_code,
  });
  const { parameters } = (await it.admin.get(`/api/deployments/templates/${stored.body.id}`)).body;
  expect(parameters).toMatchObject([
    { name: 'size', type: 'int', required: false, secret: false },
    { name: 'word', required: true, secret: true, default: null },
    { name: 'tags' },
  ]);
});
