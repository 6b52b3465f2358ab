import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { planOf, type ResourceFixture } from './plan-fixture.ts';

type Properties = Record<string, unknown>;
type Part = { name?: string; properties?: Properties } & Properties;

const holder = 'azurerm_resource_group_template_deployment.app';
const part = (type: string, body: Part = {}) => ({
  type: `Microsoft.${type}`,
  apiVersion: '2023-01-01',
  name: 'a',
  ...body,
});

type Options = {
  more?: object;
  parameters?: object;
  unknown?: boolean;
  profile?: string;
  limits?: object;
};

function judge(resources: unknown[] | object, options: Options = {}) {
  const { more = {}, parameters = {}, unknown = false, profile = 'guarded', limits = {} } = options;
  const template_content = JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources,
    ...more,
  });
  const given = Object.entries(parameters).map(([name, value]) => [name, { value }]);
  const parameters_content = unknown ? null : JSON.stringify(Object.fromEntries(given));
  return report({
    after: { template_content, parameters_content },
    unknown: { parameters_content: unknown },
    expressions: { template_content: {}, parameters_content: { references: ['var.p'] } },
    address: holder,
    profile,
    limits,
  });
}

function report({
  profile,
  limits = {},
  ...fixture
}: ResourceFixture & { profile: string; limits?: object }) {
  const settings = projectPolicySettingsSchema.parse({ profile, blastRadius: limits });
  return evaluatePlan(planOf([fixture]), settings);
}

const sentences = (findings: { id: string; message: string; pending: boolean }[], id: string) =>
  findings.filter((one) => one.id === id).map(({ message, pending }) => [message, pending]);

const ssh = { direction: 'Inbound', access: 'Allow', sourceAddressPrefix: '*', destinationPortRange: '22' };
const rule = {
  direction: 'Inbound',
  access: 'Allow',
  source_address_prefix: '*',
  destination_port_range: '22',
};
const everywhere = { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' };
const range = { start_ip_address: '0.0.0.0', end_ip_address: '0.0.0.0' };
const tls = { minimumTlsVersion: 'TLS1_2' };

type Case = [id: string, arm: string, properties: Properties, terraform: string, attributes: Properties];

const cases: Case[] = [
  [
    'AZ-ST-001',
    'Storage/storageAccounts',
    { ...tls, supportsHttpsTrafficOnly: false },
    'azurerm_storage_account',
    { https_traffic_only_enabled: false, min_tls_version: 'TLS1_2' },
  ],
  [
    'AZ-ST-002',
    'Storage/storageAccounts',
    { ...tls, allowBlobPublicAccess: true },
    'azurerm_storage_account',
    { allow_nested_items_to_be_public: true },
  ],
  [
    'AZ-ST-002',
    'Storage/storageAccounts/blobServices/containers',
    { publicAccess: 'Blob' },
    'azurerm_storage_container',
    { container_access_type: 'blob' },
  ],
  [
    'AZ-NSG-001',
    'Network/networkSecurityGroups',
    { securityRules: [{ name: 's', properties: ssh }] },
    'azurerm_network_security_group',
    { security_rule: [rule] },
  ],
  ['AZ-NSG-001', 'Network/networkSecurityGroups/securityRules', ssh, 'azurerm_network_security_rule', rule],
  [
    'AZ-KV-001',
    'KeyVault/vaults',
    { networkAcls: { defaultAction: 'Allow' } },
    'azurerm_key_vault',
    { network_acls: [{ default_action: 'Allow' }] },
  ],
  ['AZ-SQL-001', 'Sql/servers', {}, 'azurerm_mssql_server', { public_network_access_enabled: true }],
  ['AZ-SQL-001', 'Sql/servers/firewallRules', everywhere, 'azurerm_mssql_firewall_rule', range],
  [
    'AZ-SQL-001',
    'DBforMySQL/flexibleServers',
    { network: { publicNetworkAccess: 'Enabled' } },
    'azurerm_mysql_flexible_server',
    { public_network_access: 'Enabled' },
  ],
  [
    'AZ-SQL-001',
    'DBforPostgreSQL/flexibleServers',
    {},
    'azurerm_postgresql_flexible_server',
    { public_network_access_enabled: true },
  ],
  [
    'AZ-SQL-001',
    'DBforPostgreSQL/flexibleServers/firewallRules',
    everywhere,
    'azurerm_postgresql_flexible_server_firewall_rule',
    range,
  ],
  [
    'AZ-AKS-001',
    'ContainerService/managedClusters',
    { disableLocalAccounts: true },
    'azurerm_kubernetes_cluster',
    { local_account_disabled: true },
  ],
];

test.each(cases)('%s: %s %j gives the finding that %s gives', (id, arm, properties, terraform, after) => {
  const inside = judge([part(arm, { properties })]).findings;
  const outside = report({ address: `${terraform}.a`, after, profile: 'guarded' }).findings;
  const [finding] = inside.filter((one) => one.id === id);
  expect(finding?.address).toBe(`${holder}/Microsoft.${arm}/a`);
  expect(sentences(inside, id)).toStrictEqual(sentences(outside, id));
  expect(sentences(inside, 'OPAQUE-001')).toStrictEqual([]);
});

test.each([
  ['Storage/storageAccounts', { ...tls, allowBlobPublicAccess: false }],
  ['Storage/storageAccounts/blobServices/containers', {}],
  ['Network/networkSecurityGroups', { securityRules: [{ properties: { ...ssh, access: 'Deny' } }] }],
  ['KeyVault/vaults', { enablePurgeProtection: true, networkAcls: { defaultAction: 'Deny' } }],
  ['Sql/servers', { publicNetworkAccess: 'Disabled', minimalTlsVersion: '1.2' }],
  ['DBforPostgreSQL/flexibleServers', { network: { delegatedSubnetResourceId: 'x' } }],
])('a good %s has no finding', (type, properties) => {
  expect(judge([part(type, { properties })], { profile: 'strict' }).findings).toStrictEqual([]);
});

const loop = (count: unknown) => part('Storage/storageAccounts', { copy: { name: 'c', count } });

test.each([
  ['a nested template', part('Resources/deployments'), /its template is not read/],
  ['a script', part('Resources/deploymentScripts'), /it runs code of its own/],
  ['a type that is not known', part('Zoo/animals'), /the type Microsoft.Zoo\/animals is not known/],
  ['code in a machine', part('Compute/virtualMachines/extensions'), /is not known/],
  [
    'a loop whose count the cloud knows',
    loop("[length(reference('a').b)]"),
    /known only when it is deployed/,
  ],
  ['a loop that never ends', loop(1_000_000_000), /more than 800 times/],
  [
    'pools of nodes by a loop',
    part('ContainerService/managedClusters', {
      properties: { copy: [{ name: 'agentPoolProfiles', count: 2, input: {} }] },
    }),
    /its pools of nodes/,
  ],
])('%s is a pending finding that stops a run', (_what, one, message) => {
  for (const profile of ['guarded', 'strict']) {
    const { findings, verdict } = judge([one], { profile });
    const [finding] = findings.filter(({ id }) => id === 'OPAQUE-001');
    expect([finding?.pending, finding?.message]).toStrictEqual([true, expect.stringMatching(message)]);
    expect(verdict).toBe('approve');
  }
});

const open = { properties: { startIpAddress: "[parameters('from')]", endIpAddress: '255.255.255.255' } };
const firewall = [part('Sql/servers/firewallRules', open)];
const declared = (more: object = {}) => ({
  more: { parameters: { from: { type: 'string', defaultValue: '10.0.0.1', ...more } } },
});

test('parameters, variables, conditions and loops decide what there is', () => {
  const found = (options: Options) => sentences(judge(firewall, options).findings, 'AZ-SQL-001');
  expect(found(declared())).toStrictEqual([]);
  expect(found({ ...declared(), parameters: { from: '0.0.0.0' } })).toStrictEqual([
    ['the firewall lets every address in', false],
  ]);
  const never = part('Storage/storageAccounts', { condition: "[equals('a', 'b')]" });
  const twice = part('Storage/storageAccounts', {
    name: "[format('{0}{1}', variables('prefix'), copyIndex(1))]",
    copy: { name: 'c', count: 2 },
  });
  const { findings } = judge([never, twice], { more: { variables: { prefix: "[toLower('SHOP')]" } } });
  expect(findings.filter(({ id }) => id === 'AZ-ST-001').map(({ address }) => address)).toStrictEqual([
    `${holder}/Microsoft.Storage/storageAccounts/shop1`,
    `${holder}/Microsoft.Storage/storageAccounts/shop2`,
  ]);
});

test.each([
  ['parameters that are all unknown', { ...declared(), unknown: true }],
  ['a secure parameter', { ...declared({ type: 'secureString' }) }],
  ['a default that the cloud knows', { ...declared({ defaultValue: "[reference('x').ip]" }) }],
] as [string, Options][])('%s hides nothing: what it lets in waits for a review', (_what, options) => {
  const [finding] = judge(firewall, options).findings.filter(({ id }) => id === 'AZ-SQL-001');
  expect([finding?.pending, finding?.mode]).toStrictEqual([true, 'approve']);
});

test('limits of types, regions and numbers hold inside a template', () => {
  const here = part('Network/publicIPAddresses', { location: '[resourceGroup().location]' });
  const away = part('Network/natGateways', { location: 'West US', name: 'b' });
  const limits = { resourceTypes: ['azurerm_r*', 'azurerm_n*'], regions: ['westeurope'], maxResources: 2 };
  const { findings } = judge([here, away], { limits });
  const exceeded = findings.filter(({ id }) => id.startsWith('PLAN-R') || id.startsWith('PLAN-MAX'));
  expect(exceeded.map(({ id, address, subject }) => [id, address, subject])).toStrictEqual([
    ['PLAN-RESOURCE-TYPE', `${holder}/Microsoft.Network/publicIPAddresses/a`, 'azurerm_public_ip'],
    ['PLAN-REGION', `${holder}/Microsoft.Network/natGateways/b`, 'West US'],
    ['PLAN-MAX-RESOURCES', null, null],
  ]);
});

test('a template that nobody can read stays opaque, and hostile ones end', () => {
  const bomb = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `v${index}`,
      `[createArray(variables('v${index + 1}'), variables('v${index + 1}'))]`,
    ]),
  );
  const more = { variables: { ...bomb, v60: 'x' } };
  const tagged = [part('Storage/storageAccounts', { tags: { t: "[variables('v0')]" } })];
  for (const report of [judge(tagged, { more }), judge('no list' as never)])
    expect(report.findings.filter(({ id }) => id === 'OPAQUE-001')).toMatchObject([{ pending: true }]);
});
