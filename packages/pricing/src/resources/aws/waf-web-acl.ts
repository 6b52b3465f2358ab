import type { ResourceModule } from '../../resource-module.ts';

export const wafWebAcl: ResourceModule = {
  types: ['aws_wafv2_web_acl'],
  category: 'other',
  components: (acl) => [
    { name: 'Web ACL', unit: 'months', quantity: 1, price: 'aws.waf.acl' },
    { name: 'Rules', unit: 'rules', quantity: acl.blocks('rule').length, price: 'aws.waf.rule' },
    {
      name: 'Requests',
      unit: '1M requests',
      usageKey: 'monthly_requests',
      per: 1_000_000,
      price: 'aws.waf.requests',
    },
  ],
};
