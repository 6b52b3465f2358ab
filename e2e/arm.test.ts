import { type Client, createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { type StandinCloud, startStandinCloud } from '../testing/standin/cloud.ts';
import { makeStandinMirror, type StandinMirror } from '../testing/standin/mirror.ts';
import { waitFor } from '../testing/wait.ts';

const template = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: {
    size: { type: 'int', defaultValue: 1 },
    word: { type: 'securestring', minLength: 8 },
    tags: { type: 'object', defaultValue: {} },
  },
  resources: [
    {
      type: 'Microsoft.Network/natGateways',
      apiVersion: '2023-01-01',
      name: 'exit',
      location: '[resourceGroup().location]',
    },
  ],
  outputs: {
    size: { type: 'int', value: "[parameters('size')]" },
    tags: { type: 'object', value: "[parameters('tags')]" },
  },
};
const facts = { cloud_account_id: 'account-1', environment_id: 'development', auto_approve: true };
const deployment = {
  ...facts,
  name: 'exit',
  provider: 'azure',
  template_type: 'arm',
  template_code: JSON.stringify(template, null, 2),
  parameters: { word: 'swordfish-3', size: 2, tags: { team: ['shop'] } },
  variables: { location: 'westeurope' },
};

describe('deployments on providers that stand in for Azure and Google', () => {
  let cloud: StandinCloud;
  let mirror: StandinMirror | undefined;
  let engine: Engine | undefined;
  let client: Client;
  beforeAll(async () => {
    cloud = await startStandinCloud();
    mirror = await makeStandinMirror();
    engine = await Engine.start({
      env: mirror.env,
      gatewayEnv: { ARM_STANDIN_ENDPOINT: cloud.url, GOOGLE_STANDIN_CUSTOM_ENDPOINT: cloud.url },
    });
    client = createClient(engine.url);
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await mirror?.[Symbol.asyncDispose]();
    await cloud?.stop();
  });

  const path = (id: string) => `/api/deployments/${id}`;
  const ended = (id: string) =>
    waitFor(
      `deployment ${id} to end`,
      async () => {
        const shown = (await client.get(path(id))).body;
        return ['completed', 'failed', 'cancelled'].includes(shown.status) && shown;
      },
      60_000,
    );
  const deploy = async (body: object) => {
    const answer = await client.post('/api/deployments', body);
    expect([answer.status, answer.body.detail]).toStrictEqual([202, undefined]);
    return ended(answer.body.id);
  };
  const change = async (id: string, body: object) => {
    const answer = await client.request('PUT', path(id), body);
    expect([answer.status, answer.body.detail]).toStrictEqual([200, undefined]);
    return ended(id);
  };
  const gone = async (id: string) => {
    await client.request('DELETE', path(id));
    await waitFor(
      `deployment ${id} to be gone`,
      async () => (await client.get(path(id))).status === 404,
      60_000,
    );
  };
  const inAzure = (type: string, name: string) => cloud.objects.get(`/standin/azurerm_${type}/${name}`);

  test('ARM: created, planned without a change, drifted, updated, destroyed; a secret is nowhere', async () => {
    const made = await deploy(deployment);
    expect(made).toMatchObject({ status: 'completed', error_message: null });
    expect([made.outputs.size, made.outputs.tags]).toMatchObject([2, { team: ['shop'] }]);
    const { id } = made;
    expect(inAzure('resource_group', id)).toMatchObject({ location: 'westeurope' });
    const held = inAzure('resource_group_template_deployment', id);
    expect([held?.deployment_mode, held?.template_content]).toStrictEqual([
      'Incremental',
      deployment.template_code,
    ]);
    expect(JSON.parse(String(held?.parameters_content)).word).toStrictEqual({ value: 'swordfish-3' });
    const same = await change(id, {
      is_dry_run: true,
      message: 'anything new?',
      parameters: deployment.parameters,
    });
    expect(same.plan).toMatchObject({ create: 0, update: 0, delete: 0 });
    Object.assign(held ?? {}, { template_content: '{}' });
    const drifted = await change(id, { is_dry_run: true, parameters: deployment.parameters });
    expect(drifted.plan).toMatchObject({ create: 0, update: 1, delete: 0 });
    const parameters = { ...deployment.parameters, size: 3 };
    const updated = await change(id, { is_dry_run: false, parameters });
    expect([updated.status, updated.outputs.size]).toStrictEqual(['completed', 3]);
    for (const job of [made.job_id, updated.job_id])
      for (const what of ['logs', 'plan'])
        expect(JSON.stringify((await client.get(`/api/deploy/jobs/${job}/${what}`)).body)).not.toContain(
          'swordfish',
        );
    expect(JSON.stringify([made, updated])).not.toContain('swordfish');
    const costs = (await client.get(`/api/deploy/costs/${updated.project_id}`)).body.costs;
    const inside = 'azurerm_resource_group_template_deployment.deployment/Microsoft.Network/natGateways/exit';
    expect(costs.resources).toContainEqual(
      expect.objectContaining({ address: inside, region: 'westeurope' }),
    );
    expect(costs.total).toBeGreaterThan(30);
    await gone(id);
    expect([...cloud.objects.keys()]).toStrictEqual([]);
  });

  test('a failure says what Azure says, with the line in the template', async () => {
    const target = '/subscriptions/0/resourceGroups/g/providers/Microsoft.Network/natGateways/exit';
    const line = deployment.template_code.split('"type": "Microsoft')[0]?.trimEnd().split('\n').length;
    const details = [{ code: 'QuotaExceeded', message: 'No gateway is left in westeurope.', target }];
    cloud.refuse({ error: { code: 'DeploymentFailed', message: 'At least one operation failed.', details } });
    const failed = await deploy(deployment);
    cloud.refuse(undefined);
    expect(failed).toMatchObject({
      status: 'failed',
      error_details: {
        stack_status: 'DeploymentFailed',
        reason: 'No gateway is left in westeurope.',
        resources: [{ logical_id: 'exit', type: 'Microsoft.Network/natGateways', line }],
      },
    });
    expect(JSON.stringify(failed)).not.toContain('swordfish');
    await gone(failed.id);
    expect([...cloud.objects.keys()]).toStrictEqual([]);
  });

  test('Google: Terraform code is deployed, judged and destroyed', async () => {
    const code = `variable "name" {}
provider "google" {
  project = "shop"
}
resource "google_storage_bucket" "b" {
  name                        = var.name
  location                    = "EU"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
}
output "url" {
  value = google_storage_bucket.b.url
}
`;
    const made = await deploy({
      ...facts,
      name: 'bucket',
      provider: 'gcp',
      template_type: 'terraform',
      template_code: code,
      parameters: { name: 'shop-data' },
    });
    expect([made.error_message, made.outputs]).toMatchObject([null, { url: 'gs://shop-data' }]);
    expect(cloud.objects.get('shop-data')).toMatchObject({ location: 'EU' });
    await gone(made.id);
    expect([...cloud.objects.keys()]).toStrictEqual([]);
  });
});
