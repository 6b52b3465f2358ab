import type { ResourceModule } from '../../resource-module.ts';

export const cloudwatchDashboard: ResourceModule = {
  types: ['aws_cloudwatch_dashboard'],
  category: 'other',
  components: () => [{ name: 'Dashboard', unit: 'months', quantity: 1, price: 'aws.cloudwatch.dashboard' }],
};
