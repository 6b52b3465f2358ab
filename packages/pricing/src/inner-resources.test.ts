import type { TerraformPlan } from '@deployment-engine/terraform-code';
import { estimate } from './estimate.ts';
import { priceCases } from './inner-resources.cases.ts';
import { judgeBudget } from './judge-budget.ts';
import { normalisePlan, normalisePlanBefore } from './normalise-plan.ts';
import { normaliseState } from './normalise-state.ts';
import { resource } from './resource-fixture.ts';

type Resources = Record<string, { Type: string; Properties?: object; Condition?: string }>;

const stack = (Resources: Resources, more: object = {}, values: object = {}, unknown: object = {}) =>
  resource('aws_cloudformation_stack.app', {
    values: { template_body: JSON.stringify({ ...more, Resources }), parameters: {}, ...values },
    unknown: unknown as Record<string, unknown>,
  });

test.each(priceCases)('%s %j costs what %s costs', (cloudFormation, properties, terraform, attributes) => {
  const profile = 'medium'; // usage counts, too
  const inside = estimate([stack({ A: { Type: `AWS::${cloudFormation}`, Properties: properties } })], {
    profile,
  });
  const outside = estimate([resource(`${terraform}.a`, { values: attributes })], { profile });
  expect(inside.total).toBe(outside.total);
  expect(inside.unpriced.map(({ detail }) => detail)).toStrictEqual(
    outside.unpriced.map(({ detail }) => detail),
  );
  const [first] = inside.resources.filter(({ address }) => address.includes('/'));
  expect([first?.address, first?.type]).toStrictEqual(['aws_cloudformation_stack.app/A', terraform]);
  expect(first?.components).toStrictEqual(outside.resources[0]?.components);
});

test('the cases cost something, so that equal is not just nothing', () => {
  const free = priceCases.filter(
    ([type, Properties]) =>
      estimate([stack({ A: { Type: `AWS::${type}`, Properties } })], { profile: 'medium' }).total === 0,
  );
  expect(free.map(([type]) => type)).toStrictEqual([]);
});

test('references inside a template are followed, and conditions and parameters decide', () => {
  const template: Resources = {
    Template: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { LaunchTemplateData: { InstanceType: { Ref: 'Size' } } },
    },
    Group: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      Properties: { LaunchTemplate: { LaunchTemplateId: { Ref: 'Template' } }, DesiredCapacity: '3' },
    },
    Task: { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: '1024', Memory: '2048' } },
    Service: {
      Type: 'AWS::ECS::Service',
      Properties: { LaunchType: 'FARGATE', TaskDefinition: { Ref: 'Task' } },
    },
    Never: { Type: 'AWS::EC2::NatGateway', Condition: 'No' },
  };
  const more = {
    Parameters: { Size: { Type: 'String', Default: 't3.micro' } },
    Conditions: { No: { 'Fn::Equals': [1, 2] } },
  };
  const { resources, unpriced } = estimate([stack(template, more, { parameters: { Size: 'm5.large' } })]);
  const costs = Object.fromEntries(resources.map(({ address, monthlyCost }) => [address, monthlyCost]));
  expect(unpriced).toStrictEqual([]);
  expect(costs).toStrictEqual({
    'aws_cloudformation_stack.app': 0,
    'aws_cloudformation_stack.app/Template': 0,
    'aws_cloudformation_stack.app/Group': 210.24,
    'aws_cloudformation_stack.app/Task': 0,
    'aws_cloudformation_stack.app/Service': expect.closeTo(36.04, 2),
  });
});

test.each([
  [
    'a type that is not known',
    stack({ X: { Type: 'AWS::Zoo::Animal' } }),
    'app/X',
    /the type AWS::Zoo::Animal is not known/,
  ],
  ['a nested stack', stack({ X: { Type: 'AWS::CloudFormation::Stack' } }), 'app/X', /lies elsewhere/],
  ['a macro', stack({ X: { Type: 'AWS::SQS::Queue' } }, { Transform: 'AWS::Foo' }), 'app', /the macro/],
  [
    'a size that is known only after apply',
    stack(
      { X: { Type: 'AWS::RDS::DBInstance', Properties: { DBInstanceClass: { Ref: 'S' }, Engine: 'mysql' } } },
      { Parameters: { S: { Type: 'String' } } },
      {},
      { parameters: { S: true } },
    ),
    'app/X',
    /./,
  ],
  [
    'a template elsewhere',
    resource('aws_cloudformation_stack.app', { values: { template_url: 'https://a/b' } }),
    'app',
    /its template lies elsewhere/,
  ],
  [
    'a template with wrong YAML',
    resource('aws_cloudformation_stack.app', { values: { template_body: 'a: [' } }),
    'app',
    /line 1/,
  ],
])('%s is listed as unpriced with the reason, and never counts as free', (_what, given, address, detail) => {
  const { unpriced } = estimate([given]);
  expect(unpriced).toContainEqual(
    expect.objectContaining({
      address: `aws_cloudformation_stack.${address}`,
      detail: expect.stringMatching(detail),
    }),
  );
});

const armCases: [type: string, body: object, terraform: string, attributes: Record<string, unknown>][] = [
  [
    'Compute/virtualMachines',
    {
      properties: {
        hardwareProfile: { vmSize: 'Standard_D2s_v3' },
        storageProfile: {
          osDisk: { diskSizeGB: 128, managedDisk: { storageAccountType: 'Premium_LRS' } },
        },
      },
    },
    'azurerm_linux_virtual_machine',
    { size: 'Standard_D2s_v3', os_disk: [{ disk_size_gb: 128, storage_account_type: 'Premium_LRS' }] },
  ],
  [
    'Compute/disks',
    { sku: { name: 'Premium_LRS' }, properties: { diskSizeGB: 64 } },
    'azurerm_managed_disk',
    { storage_account_type: 'Premium_LRS', disk_size_gb: 64 },
  ],
  [
    'Network/publicIPAddresses',
    { properties: { publicIPAllocationMethod: 'Static' } },
    'azurerm_public_ip',
    { allocation_method: 'Static' },
  ],
  ['Network/natGateways', {}, 'azurerm_nat_gateway', {}],
  [
    'Web/serverfarms',
    { sku: { name: 'P1v3', capacity: 2 } },
    'azurerm_service_plan',
    { sku_name: 'P1v3', worker_count: 2 },
  ],
  [
    'ContainerService/managedClusters',
    {
      sku: { tier: 'Standard' },
      properties: { agentPoolProfiles: [{ count: 3, vmSize: 'Standard_D2s_v3' }] },
    },
    'azurerm_kubernetes_cluster',
    { sku_tier: 'Standard', default_node_pool: [{ node_count: 3, vm_size: 'Standard_D2s_v3' }] },
  ],
  [
    'DBforPostgreSQL/flexibleServers',
    { sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' } },
    'azurerm_postgresql_flexible_server',
    { sku_name: 'GP_Standard_D2ds_v5' },
  ],
  [
    'Sql/servers/databases',
    { sku: { name: 'GP_Gen5_8' } },
    'azurerm_mssql_database',
    { sku_name: 'GP_Gen5_8' },
  ],
  ['Storage/storageAccounts', {}, 'azurerm_storage_account', {}],
];

test.each(armCases)('%s %j of Azure costs what %s costs', (type, body, terraform, attributes) => {
  const template_content = JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [{ type: `Microsoft.${type}`, apiVersion: '2023-01-01', name: 'a', ...body }],
  });
  const group = resource('azurerm_resource_group.g', { region: 'westeurope', values: { name: 'g' } });
  const holder = resource('azurerm_resource_group_template_deployment.d', {
    region: null,
    values: { template_content, resource_group_name: 'g' },
  });
  const outside = estimate([resource(`${terraform}.a`, { region: 'westeurope', values: attributes })]);
  const inside = estimate([group, holder]);
  const [first] = inside.resources.filter(({ address }) => address.includes('/'));
  expect([first?.address, first?.region]).toStrictEqual([
    `${holder.address}/Microsoft.${type}/a`,
    'westeurope',
  ]);
  expect([inside.total, first?.components]).toStrictEqual([outside.total, outside.resources[0]?.components]);
});

test('a budget is not dodged by moving resources into a template', () => {
  const database = { Type: 'AWS::RDS::DBInstance' };
  const Properties = { DBInstanceClass: 'db.m5.large', Engine: 'postgres', AllocatedStorage: 100 };
  const budget = { maxIncrease: 50, action: 'block', onUnknown: 'block' } as const;
  const hidden = estimate([stack({ Db: { ...database, Properties } })], { current: [] });
  const verdict = judgeBudget(hidden, hidden.diff, budget);
  expect([verdict.decision, verdict.violations[0]?.address]).toStrictEqual([
    'block',
    'aws_cloudformation_stack.app/Db',
  ]);
  // A template that nobody can read is a cost that nobody knows.
  const unread = estimate([resource('aws_cloudformation_stack.app', { values: { template_url: 'x' } })], {
    current: [],
  });
  expect(judgeBudget(unread, unread.diff, budget).decision).toBe('block');
});

test('a plan, its state and the difference between two templates have the costs of what is inside', () => {
  const body = (size: string) =>
    JSON.stringify({
      Resources: { A: { Type: 'AWS::EC2::Instance', Properties: { InstanceType: size } } },
    });
  const place = { address: 'aws_cloudformation_stack.app', mode: 'managed', name: 'app' };
  const plan = {
    resource_changes: [
      {
        ...place,
        type: 'aws_cloudformation_stack',
        change: {
          actions: ['update'],
          before: { template_body: body('m5.large') },
          after: { template_body: body('m5.xlarge') },
          after_unknown: {},
        },
      },
    ],
    configuration: {
      provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'us-east-1' } } } },
      root_module: {
        resources: [{ address: place.address, provider_config_key: 'aws', expressions: {} }],
      },
    },
  } as TerraformPlan;
  const after = normalisePlan(plan);
  const before = normalisePlanBefore(plan);
  const { diff, total } = estimate(after, { current: before });
  expect(diff?.resources).toMatchObject([
    { address: 'aws_cloudformation_stack.app/A', change: 'changed', difference: 70.08 },
  ]);
  const state = {
    resources: [
      {
        ...place,
        type: 'aws_cloudformation_stack',
        provider: 'p',
        instances: [{ attributes: { template_body: body('m5.xlarge') } }],
      },
    ],
  };
  expect(estimate(normaliseState(state, { like: after })).total).toBe(total);
});
