import { type Resolution, readKinds, resolveStack } from '@deployment-engine/stacks';
import { builtInKinds } from '../testing/repository.ts';
import { median, type Row, renderTable, seconds } from './table.ts';

const serviceCount = 50;
const componentsPerService = 20;
const maxMs = 2000;

/** Times the resolution of a large stack, all errors checked. */
export async function resolveBench(): Promise<Row[]> {
  const started = performance.now();
  const kinds = readKinds(builtInKinds());
  const kindsMs = performance.now() - started;
  const files = largeRepository();
  const resolve = () => {
    const from = performance.now();
    const result = resolveStack({ files, kinds, stack: 'large', environment: 'production' });
    if (result.errors) throw new Error(`resolving the large stack: ${result.errors[0]?.message}`);
    return { ms: performance.now() - from, result };
  };
  const first = resolve();
  const ms = median(Array.from({ length: 5 }, () => resolve().ms));
  const what = `${first.result.components.size} components, ${edgesOf(first.result)} edges, ${files.size} files`;
  const goal = { theirs: `${seconds(maxMs)} allowed`, goal: { atMost: 1 } as const };
  return [
    {
      what: `stack resolved: ${what}, first time`,
      ours: seconds(first.ms),
      ratio: first.ms / maxMs,
      ...goal,
    },
    { what: 'the same, median of five', ours: seconds(ms), ratio: ms / maxMs, ...goal },
    { what: `${kinds.kinds.size} kinds read`, ours: seconds(kindsMs) },
  ];
}

function edgesOf({ graph }: Resolution): number {
  return graph.edges.length;
}

/** A stack in which each service has an API, workers that use its queues, databases and buckets. */
function largeRepository(): Map<string, string> {
  const files = new Map<string, string>();
  const add = (path: string, apiVersion: string, kind: string, name: string, body: string) =>
    files.set(path, `apiVersion: ${apiVersion}\nkind: ${kind}\n\nmetadata:\n  name: ${name}\n\n${body}\n`);
  const core = 'core.deployer.io/v1';
  const variables = `  variables:\n    REGISTRY: "registry.example.com/\${STACK}"\n    VERSION: v1`;
  add(
    'stacks/large/stack.yaml',
    core,
    'Stack',
    'large',
    `spec:\n  provider:\n    region: eu-west-1\n${variables}`,
  );
  const infra = 'infra.deployer.io/v1';
  const size = 'spec:\n  infra:\n    resources:\n      cpu: 512\n      memory: 1024';
  add('stacks/large/infra/defaults.yaml', infra, 'InfraDefaults', 'defaults', size);
  const logs = 'spec:\n  infra:\n    logRetentionDays: 90';
  add('stacks/large/environments/production/infra/defaults.yaml', infra, 'InfraDefaults', 'defaults', logs);
  for (let service = 0; service < serviceCount; service++) {
    const folder = `stacks/large/services/service-${service}`;
    add(
      `${folder}/service.yaml`,
      core,
      'Service',
      `service-${service}`,
      'spec:\n  variables:\n    PORT: 8080',
    );
    for (let index = 0; index < componentsPerService; index++) {
      const { kind, name, spec } = componentOf(service, index);
      const path = `${folder}/components/${name}`;
      add(`${path}/component.yaml`, 'components.deployer.io/v1', kind, name, spec);
      if (kind !== 'MicroService') continue;
      const scaling =
        'spec:\n  scaling:\n    replicas: 3\n  networking:\n    loadBalancer:\n      enabled: true';
      add(`${path}/infra.yaml`, infra, 'ComponentInfra', name, scaling);
      files.set(`${path}/configs/app.yaml`, `port: \${PORT}\nenvironment: \${ENVIRONMENT}\n`);
    }
  }
  return files;
}

function componentOf(service: number, index: number): { kind: string; name: string; spec: string } {
  const kinds = ['SQS', 'S3', 'RDS', 'MicroService'];
  const kind = kinds[index % kinds.length] ?? 'SQS';
  const name = `${kind.toLowerCase()}-${index}`;
  if (kind === 'RDS') {
    const instance = '  instance:\n    class: db.t3.medium\n    storage:\n      allocatedGB: 50';
    const engine = '  engine:\n    type: postgres\n    version: "15.4"';
    return {
      kind,
      name,
      spec: `spec:\n${engine}\n${instance}\n  database:\n    name: app\n    username: app`,
    };
  }
  if (kind !== 'MicroService') return { kind, name, spec: 'spec: {}' };
  const from = (variable: string, component: string, output: string) =>
    `    - name: ${variable}\n      valueFrom:\n        component: ${component}\n        output: ${output}\n`;
  const other = service === 0 ? '' : from('NEIGHBOUR', `service-${service - 1}/${name}`, 'url');
  const environment =
    from('QUEUE', `sqs-${index - 3}`, 'url') +
    from('BUCKET', `s3-${index - 2}`, 'bucketName') +
    from('DATABASE', `rds-${index - 1}`, 'endpoint');
  const image = `  image:\n    repository: \${REGISTRY}/\${COMPONENT}\n    tag: "\${VERSION}"`;
  const ports = `  ports:\n    - name: http\n      port: "\${PORT}"`;
  const configs = '  configs:\n    mountPath: /config\n    files:\n      - app.yaml';
  return {
    kind,
    name,
    spec: `spec:\n${image}\n${ports}\n${configs}\n  environment:\n${environment}${other}`,
  };
}

if (import.meta.main) console.log(renderTable(await resolveBench()));
