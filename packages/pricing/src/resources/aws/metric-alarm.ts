import type { ResourceModule } from '../../resource-module.ts';

/** Each metric is charged; a period below a minute means high resolution, an anomaly band counts as three. */
export const metricAlarm: ResourceModule = {
  types: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
  category: 'other',
  components: (alarm) => {
    if (alarm.type === 'aws_cloudwatch_composite_alarm') {
      const price = { missing: 'no prices of composite alarms' };
      return [{ name: 'Composite alarm', unit: 'alarms', quantity: 1, price }];
    }
    const queries = alarm.blocks('metric_query');
    const metrics = queries.flatMap((query) => query.block('metric') ?? []);
    const isBand =
      alarm.isSet('threshold_metric_id') ||
      queries.some((query) => query.text('expression')?.startsWith('ANOMALY_DETECTION_BAND'));
    const periods = [alarm, ...metrics].map((reader) => reader.number('period', 60).value?.toNumber() ?? 60);
    const isHigh = Math.min(...periods) < 60;
    const name = `${isHigh ? 'High' : 'Standard'} resolution${isBand ? ' anomaly detection' : ''}`;
    return [
      {
        name,
        unit: 'alarm metrics',
        quantity: Math.max(metrics.length, 1) * (isBand ? 3 : 1),
        price: isHigh ? 'aws.cloudwatch.alarm.high-resolution' : 'aws.cloudwatch.alarm',
      },
    ];
  },
};
