import { assumed, combine, product } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** Storage in /tmp included with every function, in MB. */
const includedStorageMb = 512;

export const lambdaFunction: ResourceModule = {
  types: ['aws_lambda_function'],
  category: 'compute',
  components: (lambda) => {
    const architectures = lambda.raw('architectures');
    const architecture = Array.isArray(architectures) && architectures[0] === 'arm64' ? 'arm64' : 'x86_64';
    const requests =
      lambda.usage('monthly_requests') ?? assumed(0, 'no monthly_requests given, none assumed');
    const durationMs = lambda.usage('request_duration_ms') ?? assumed(1, 'request_duration_ms 1');
    const memory = lambda.number('memory_size', 128);
    const storage = lambda.block('ephemeral_storage')?.number('size', includedStorageMb) ?? includedStorageMb;
    const seconds = combine([requests, durationMs], (count, duration) =>
      count.times(duration.ceil()).div(1000),
    );
    const extra = combine([storage], (size) =>
      size.gt(includedStorageMb) ? size.minus(includedStorageMb).div(1024) : size.times(0),
    );
    return [
      {
        name: 'Requests',
        unit: '1M requests',
        usageKey: 'monthly_requests',
        per: 1_000_000,
        price: 'aws.lambda.requests',
      },
      {
        name: 'Ephemeral storage',
        unit: 'GB-seconds',
        quantity: product(seconds, extra),
        price: 'aws.lambda.ephemeral-storage',
      },
      {
        name: 'Duration',
        unit: 'GB-seconds',
        quantity: combine([seconds, memory], (time, size) => time.times(size).div(1024)),
        price: `aws.lambda.duration.${architecture}`,
      },
    ];
  },
};
