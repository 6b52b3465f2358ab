import type { ResourceModule } from '../../resource-module.ts';

/** Express workflows are charged by duration, for which the book has no prices. */
export const stateMachine: ResourceModule = {
  types: ['aws_sfn_state_machine'],
  category: 'other',
  components: (machine) => {
    if (machine.text('type') === 'EXPRESS') {
      const price = { missing: 'no prices of express workflows' };
      return [{ name: 'Express workflow', unit: 'requests', usageKey: 'monthly_requests', price }];
    }
    return [
      {
        name: 'Transitions',
        unit: '1k transitions',
        usageKey: 'monthly_transitions',
        per: 1000,
        price: 'aws.sfn.transitions',
      },
    ];
  },
};
