import { hoursPerMonth, product } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const publicIp: ResourceModule = {
  types: ['azurerm_public_ip'],
  category: 'networking',
  components: (address) => {
    const isStatic = address.text('allocation_method') !== 'Dynamic';
    const price = isStatic ? 'azure.public-ip.static' : { missing: 'no price of dynamic addresses' };
    return [{ name: 'IP address', unit: 'hours', quantity: hoursPerMonth, price }];
  },
};

/** Price of the first-generation gateway; the second generation is also charged per capacity unit. */
export const applicationGateway: ResourceModule = {
  types: ['azurerm_application_gateway'],
  category: 'networking',
  components: (gateway) => {
    const sku = gateway.block('sku');
    const tier = sku?.text('tier') ?? 'Standard';
    const units = sku?.number('capacity', 1) ?? 1;
    const isSecond = tier.endsWith('_v2');
    return [
      {
        name: `Gateway (${tier})`,
        unit: 'hours',
        quantity: product(units, hoursPerMonth),
        price: isSecond ? { missing: `no price of ${tier}` } : `azure.application-gateway.${tier}`,
      },
    ];
  },
};

export const azureNatGateway: ResourceModule = {
  types: ['azurerm_nat_gateway'],
  category: 'networking',
  components: () => [
    { name: 'NAT gateway', unit: 'hours', quantity: hoursPerMonth, price: 'azure.nat.hour' },
    {
      name: 'Data processed',
      unit: 'GB',
      usageKey: 'monthly_data_processed_gb',
      price: { missing: 'no price of NAT data' },
    },
  ],
};

export const firewall: ResourceModule = {
  types: ['azurerm_firewall'],
  category: 'networking',
  components: (wall) => {
    const tier = wall.text('sku_tier') ?? 'Standard';
    const price = tier === 'Standard' ? 'azure.firewall.hour' : { missing: `no price of tier ${tier}` };
    return [
      { name: `Deployment (${tier})`, unit: 'hours', quantity: hoursPerMonth, price },
      {
        name: 'Data processed',
        unit: 'GB',
        usageKey: 'monthly_data_processed_gb',
        price: { missing: 'no price of firewall data' },
      },
    ];
  },
};

export const vpnGateway: ResourceModule = {
  types: ['azurerm_virtual_network_gateway', 'azurerm_vpn_gateway'],
  category: 'networking',
  components: (gateway) => {
    const price = { missing: 'no prices of network gateways' };
    return [{ name: `Gateway (${gateway.text('sku')})`, unit: 'hours', quantity: hoursPerMonth, price }];
  },
};
