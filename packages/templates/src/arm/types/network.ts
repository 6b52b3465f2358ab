import type { Attributes } from '../../converted.ts';
import { type ArmConversion, at, each, fields } from './conversion.ts';

function securityRule(rule: unknown): Attributes {
  const field = (name: string) => at(rule, `properties.${name}`);
  return {
    direction: field('direction'),
    access: field('access'),
    source_address_prefix: field('sourceAddressPrefix'),
    source_address_prefixes: field('sourceAddressPrefixes'),
    destination_port_range: field('destinationPortRange'),
    destination_port_ranges: field('destinationPortRanges'),
  };
}

function securityGroup(resource: Attributes) {
  const rules = each(at(resource, 'properties.securityRules'), securityRule);
  return [{ type: 'azurerm_network_security_group', attributes: { security_rule: rules } }];
}

export const networkTypes: Record<string, ArmConversion> = {
  'Network/natGateways': fields('azurerm_nat_gateway', {}),
  'Network/networkInterfaces': fields('azurerm_network_interface', {}),
  'Network/networkSecurityGroups': securityGroup,
  'Network/networkSecurityGroups/securityRules': (resource) => [
    { type: 'azurerm_network_security_rule', attributes: securityRule(resource) },
  ],
  'Network/publicIPAddresses': fields('azurerm_public_ip', {
    allocation_method: 'properties.publicIPAllocationMethod',
    sku: 'sku.name',
  }),
  'Network/routeTables': fields('azurerm_route_table', {}),
  'Network/virtualNetworks': fields('azurerm_virtual_network', {}),
  'Network/virtualNetworks/subnets': fields('azurerm_subnet', {}),
};
