import type { Attributes } from '../../converted.ts';
import { Unknown } from '../../unknown.ts';
import { type ArmConversion, at, enabled, fields, locationOf } from './conversion.ts';

function storageAccount(resource: Attributes) {
  const field = (name: string) => at(resource, `properties.${name}`);
  const attributes = {
    location: locationOf(resource),
    https_traffic_only_enabled: enabled(field('supportsHttpsTrafficOnly')),
    // Azure takes TLS 1.0 where nothing is given.
    min_tls_version: field('minimumTlsVersion') ?? 'TLS1_0',
    allow_nested_items_to_be_public: field('allowBlobPublicAccess'),
  };
  return [{ type: 'azurerm_storage_account', attributes }];
}

function container(resource: Attributes) {
  const access = at(resource, 'properties.publicAccess') ?? 'None';
  const attributes = {
    container_access_type:
      access instanceof Unknown ? access : access === 'None' ? 'private' : String(access).toLowerCase(),
  };
  return [{ type: 'azurerm_storage_container', attributes }];
}

function vault(resource: Attributes) {
  const field = (name: string) => at(resource, `properties.${name}`);
  const attributes = {
    location: locationOf(resource),
    purge_protection_enabled: field('enablePurgeProtection'),
    public_network_access_enabled: enabled(field('publicNetworkAccess')),
    network_acls: [{ default_action: field('networkAcls.defaultAction') }],
  };
  return [{ type: 'azurerm_key_vault', attributes }];
}

function sqlServer(resource: Attributes) {
  const field = (name: string) => at(resource, `properties.${name}`);
  const attributes = {
    location: locationOf(resource),
    public_network_access_enabled: enabled(field('publicNetworkAccess')),
    minimum_tls_version: field('minimalTlsVersion'),
  };
  return [{ type: 'azurerm_mssql_server', attributes }];
}

const tiers: Record<string, string> = { Burstable: 'B', GeneralPurpose: 'GP', MemoryOptimized: 'MO' };

/** Terraform has the tier in the name of the size: `GP_Standard_D2ds_v5`. */
function flexibleServer(kind: 'postgresql' | 'mysql'): ArmConversion {
  return (resource) => {
    const [tier, size] = [at(resource, 'sku.tier'), at(resource, 'sku.name')];
    const unknown = [tier, size].find((one) => one instanceof Unknown);
    const isPrivate = at(resource, 'properties.network.delegatedSubnetResourceId') !== undefined;
    const access = at(resource, 'properties.network.publicNetworkAccess');
    const attributes = {
      location: locationOf(resource),
      sku_name: unknown ?? `${tiers[String(tier)] ?? tier}_${size}`,
      public_network_access_enabled: isPrivate ? false : enabled(access),
    };
    return [{ type: `azurerm_${kind}_flexible_server`, attributes }];
  };
}

function firewallRule(type: string): ArmConversion {
  return fields(type, {
    start_ip_address: 'properties.startIpAddress',
    end_ip_address: 'properties.endIpAddress',
  });
}

export const dataTypes: Record<string, ArmConversion> = {
  'Cache/redis': fields('azurerm_redis_cache', {
    sku_name: 'properties.sku.name',
    family: 'properties.sku.family',
    capacity: 'properties.sku.capacity',
    shard_count: 'properties.shardCount',
  }),
  'DBforMySQL/flexibleServers': flexibleServer('mysql'),
  'DBforMySQL/flexibleServers/databases': fields('azurerm_mysql_flexible_database', {}),
  'DBforMySQL/flexibleServers/firewallRules': firewallRule('azurerm_mysql_flexible_server_firewall_rule'),
  'DBforPostgreSQL/flexibleServers': flexibleServer('postgresql'),
  'DBforPostgreSQL/flexibleServers/databases': fields('azurerm_postgresql_flexible_server_database', {}),
  'DBforPostgreSQL/flexibleServers/firewallRules': firewallRule(
    'azurerm_postgresql_flexible_server_firewall_rule',
  ),
  'KeyVault/vaults': vault,
  'Sql/servers': sqlServer,
  'Sql/servers/databases': fields('azurerm_mssql_database', {
    sku_name: 'sku.name',
    elastic_pool_id: 'properties.elasticPoolId',
  }),
  'Sql/servers/firewallRules': firewallRule('azurerm_mssql_firewall_rule'),
  'Storage/storageAccounts': storageAccount,
  'Storage/storageAccounts/blobServices': () => [],
  'Storage/storageAccounts/blobServices/containers': container,
};
