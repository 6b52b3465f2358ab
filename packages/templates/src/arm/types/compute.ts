import type { Attributes, Converted } from '../../converted.ts';
import { Unknown } from '../../unknown.ts';
import { type ArmConversion, at, fields, locationOf } from './conversion.ts';

function machine(resource: Attributes): Converted[] {
  const field = (name: string) => at(resource, `properties.${name}`);
  const isWindows =
    field('osProfile.windowsConfiguration') !== undefined ||
    String(field('storageProfile.osDisk.osType')).toLowerCase() === 'windows';
  const attributes = {
    location: locationOf(resource),
    size: field('hardwareProfile.vmSize'),
    priority: field('priority'),
    license_type: field('licenseType'),
    os_disk: [
      {
        storage_account_type: field('storageProfile.osDisk.managedDisk.storageAccountType'),
        disk_size_gb: field('storageProfile.osDisk.diskSizeGB'),
      },
    ],
  };
  return [{ type: `azurerm_${isWindows ? 'windows' : 'linux'}_virtual_machine`, attributes }];
}

function cluster(resource: Attributes): Converted[] | string {
  const field = (name: string) => at(resource, `properties.${name}`);
  const pools = field('agentPoolProfiles') ?? [];
  if (pools instanceof Unknown || !Array.isArray(pools))
    return 'its pools of nodes are known only when it is deployed';
  const [first, ...others] = pools.map(pool);
  const attributes = {
    location: locationOf(resource),
    sku_tier: at(resource, 'sku.tier'),
    private_cluster_enabled: field('apiServerAccessProfile.enablePrivateCluster'),
    api_server_access_profile: [{ authorized_ip_ranges: field('apiServerAccessProfile.authorizedIPRanges') }],
    local_account_disabled: field('disableLocalAccounts'),
    default_node_pool: first === undefined ? [] : [first],
  };
  return [
    { type: 'azurerm_kubernetes_cluster', attributes },
    ...others.map((one) => ({
      type: 'azurerm_kubernetes_cluster_node_pool',
      attributes: { location: locationOf(resource), ...one },
    })),
  ];
}

function pool(given: unknown): Attributes {
  return {
    vm_size: at(given, 'vmSize'),
    node_count: at(given, 'count'),
    min_count: at(given, 'minCount'),
    os_type: at(given, 'osType'),
    priority: at(given, 'scaleSetPriority'),
  };
}

export const computeTypes: Record<string, ArmConversion> = {
  'Authorization/roleAssignments': fields('azurerm_role_assignment', {
    role_definition_id: 'properties.roleDefinitionId',
  }),
  'Authorization/roleDefinitions': fields('azurerm_role_definition', {}),
  'Compute/availabilitySets': fields('azurerm_availability_set', {}),
  'Compute/disks': fields('azurerm_managed_disk', {
    storage_account_type: 'sku.name',
    disk_size_gb: 'properties.diskSizeGB',
  }),
  'Compute/virtualMachines': machine,
  'ContainerService/managedClusters': cluster,
  'ManagedIdentity/userAssignedIdentities': fields('azurerm_user_assigned_identity', {}),
  'Web/serverfarms': fields('azurerm_service_plan', { sku_name: 'sku.name', worker_count: 'sku.capacity' }),
};
