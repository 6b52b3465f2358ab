import { type Case, request, resolveEdited } from './broken/fixture.ts';
import type { Json } from './tree/tree.ts';

type Component = { spec: Record<string, Json>; infra: Record<string, Json> };
const inService = 'services/user-service/components';
const production = `environments/production/${inService}`;

function resolve(edits: Case['edits'], options: Omit<Case, 'title' | 'errors' | 'edits'> = {}) {
  const result = resolveEdited({ ...(edits ? { edits } : {}), ...options });
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result;
}

function component(id: string, edits: Case['edits'], options = {}) {
  const found = resolve(edits, options).components.get(id);
  if (!found) throw new Error(`no component ${id}`);
  return found as typeof found & Component;
}

const inTwoRegions: [string, string] = [
  'stack: user-platform',
  'stack: user-platform\n  regions: [us-east-1, eu-west-1]',
];

test('a component with regions has an instance in each, with its own id, project and REGION', () => {
  const { components, waves } = resolve({
    [`${inService}/events/sqs.yaml`]: [inTwoRegions, ['spec:', 'spec:\n  tags:\n    region: ${REGION}']],
  });
  const ids = [...components.keys()].filter((id) => id.includes('events'));
  expect(ids).toStrictEqual(['user-service/events@eu-west-1', 'user-service/events@us-east-1']);
  expect(components.get('user-service/events@eu-west-1')).toMatchObject({
    region: 'eu-west-1',
    projectId: 'user-platform.development.user-service.events.eu-west-1',
    spec: { tags: { region: 'eu-west-1' } },
  });
  expect(waves[0]).toContain('user-service/events@eu-west-1');
});

test('a reference means the instance in the same region, or the one it names', () => {
  const events = { [`${inService}/events/sqs.yaml`]: [inTwoRegions] } satisfies Case['edits'];
  const queue = (edits: Case['edits'], id: string) =>
    (component(id, edits).spec.environment as { valueFrom: Json }[])[0]?.valueFrom;
  expect(queue(events, 'user-service/worker')).toStrictEqual({
    component: 'user-service/events@us-east-1',
    output: 'url',
  });
  const named = [['component: events', 'component: events@eu-west-1']] satisfies [string, string][];
  expect(
    queue({ ...events, [`${inService}/worker/worker.yaml`]: named }, 'user-service/worker'),
  ).toStrictEqual({
    component: 'user-service/events@eu-west-1',
    output: 'url',
  });
  const both = { ...events, [`${inService}/worker/worker.yaml`]: [inTwoRegions] } satisfies Case['edits'];
  expect(queue(both, 'user-service/worker@eu-west-1')).toMatchObject({
    component: 'user-service/events@eu-west-1',
  });
});

test('a component in one region is found from every region', () => {
  const { graph } = resolve({ [`${inService}/worker/worker.yaml`]: [inTwoRegions] });
  expect(graph.edges).toContainEqual(
    expect.objectContaining({ component: 'user-service/worker@eu-west-1', dependsOn: 'user-service/events' }),
  );
});

test("a service's dependsOn orders every component of one after every component of the other", () => {
  const { graph, waves } = resolve({
    'services/notification-service/service.yaml': [['spec:', 'spec:\n  dependsOn: [user-service]']],
  });
  const alerts = graph.edges.filter(({ component }) => component === 'notification-service/alerts');
  expect(alerts.map(({ dependsOn, by }) => `${by} ${dependsOn}`)).toStrictEqual(
    ['api', 'cache', 'database', 'events', 'uploads', 'worker'].map(
      (name) => `dependsOn user-service/${name}`,
    ),
  );
  expect(waves[2]).toContain('notification-service/alerts');
});

test('layers of one level: the environment beats the base, the specific beats the general', () => {
  const { infra } = component(
    'user-service/worker',
    {
      'environments/production/services/user-service/infra/defaults.yaml': {
        copyOf: 'services/user-service/infra/defaults.yaml',
        edits: [['replicas: 2', 'replicas: 4']],
      },
    },
    { environment: 'production' },
  );
  expect(infra).toMatchObject({ scaling: { replicas: 4 }, resources: { cpu: 512 }, logRetentionDays: 14 });
});

test("a component's file beats its template, which beats defaults", () => {
  const edits: Case['edits'] = {
    'infra/defaults.yaml': [['    S3:', '    MicroService:\n      spec:\n        exec: true\n    S3:']],
    [`${inService}/api/microservice.yaml`]: [
      ['spec:', 'spec:\n  healthCheck:\n    readiness:\n      periodSeconds: 30'],
    ],
  };
  expect(component('user-service/api', edits).spec).toMatchObject({
    exec: true,
    healthCheck: { readiness: { http: { path: '/health/ready' }, periodSeconds: 30 } },
  });
  const inTemplate: Case['edits'] = {
    ...edits,
    'templates/http-service.yaml': [['    healthCheck:', '    exec: false\n    healthCheck:']],
  };
  expect(component('user-service/api', inTemplate).spec.exec).toBe(false);
});

test('an overlay removes and replaces named items', () => {
  const overlay = `apiVersion: components.deployer.io/v1
kind: MicroService
metadata: {name: api}
spec:
  environment:
    - {name: LOG_LEVEL, $delete: true}
    - {name: CACHE_HOST, value: none}
  secrets: null
`;
  const { spec } = component(
    'user-service/api',
    { [`${production}/api/microservice.yaml`]: overlay },
    { environment: 'production' },
  );
  expect(spec.secrets).toBeUndefined();
  expect((spec.environment as { name: string }[]).map(({ name }) => name)).toStrictEqual([
    'SERVICE_NAME',
    'DATABASE_HOST',
    'CACHE_HOST',
    'QUEUE_URL',
  ]);
  expect(spec.environment).toContainEqual({ name: 'CACHE_HOST', value: 'none' });
});

test("an environment's config file replaces the component's", () => {
  const edits = { [`${production}/api/configs/app.yaml`]: 'only: ${ENVIRONMENT}\n' };
  expect(component('user-service/api', edits, { environment: 'production' }).configs).toStrictEqual({
    'app.yaml': 'only: production\n',
  });
  expect(component('user-service/api', edits).configs?.['app.yaml']).toContain('server:');
});

test('labels of stack, service and component are joined, with variables', () => {
  const edits: Case['edits'] = {
    [`${inService}/worker/worker.yaml`]: [
      [
        'stack: user-platform',
        'stack: user-platform\n  movedFrom: user-service/jobs\n  labels:\n    team: jobs\n    version: ${VERSION}',
      ],
    ],
  };
  expect(component('user-service/worker', edits)).toMatchObject({
    labels: { team: 'jobs', costCenter: 'cc-1041', version: 'v1' },
    annotations: { runbook: 'https://wiki.company.com/user-service/runbook' },
    movedFrom: 'user-service/jobs',
  });
});

test("an environment's stack.yaml changes the provider", () => {
  const edits: Case['edits'] = {
    'environments/production/stack.yaml': {
      copyOf: 'environments/development/stack.yaml',
      edits: [
        ['environment: development', 'environment: production'],
        ['spec:', 'spec:\n  provider:\n    region: ${WHERE:-eu-west-1}'],
      ],
    },
  };
  const { components, stackSpec } = resolve(edits, { environment: 'production' });
  expect(components.get('user-service/api')?.region).toBe('eu-west-1');
  expect(stackSpec).toMatchObject({ provider: { name: 'aws', region: 'eu-west-1' } });
});

test('outputs of the stack name a component and its output', () => {
  const outputs =
    '  outputs:\n    userServiceApiUrl:\n      valueFrom: {component: user-service/api, output: url}\n';
  expect(resolve({ 'stack.yaml': [['  provider:', `${outputs}  provider:`]] }).outputs).toStrictEqual({
    userServiceApiUrl: { component: 'user-service/api', output: 'url' },
  });
});

test('other spellings of the documents are read', () => {
  const edits: Case['edits'] = {
    [`${inService}/cache/memory.yaml`]:
      'apiVersion: components.deployer.io/v1\nkind: MemoryDB\nmetadata: {name: cache}\nspec: {}\n',
    [`${inService}/cache/elasticache.yaml`]: null,
    [`${inService}/api/microservice.yaml`]: [
      ['output: endpoint', 'output: reader_endpoint'],
      ['spec:', 'spec:\n  healthCheck:\n    path: /ready\n    port: 8080\n  container:\n    args: [serve]'],
    ],
    'templates/http-service.yaml': [
      ['    healthCheck:', '    container:\n      command: [app]\n    healthCheck:'],
    ],
  };
  expect(component('user-service/cache', edits).kind).toBe('AWSMemoryDB');
  const { spec } = component('user-service/api', edits);
  expect(spec).toMatchObject({ command: ['app'], args: ['serve'] });
  expect(spec.container).toBeUndefined();
  expect(spec.healthCheck).toMatchObject({ readiness: { http: { path: '/ready', port: 8080 } } });
  expect(spec.environment).toContainEqual({
    name: 'DATABASE_HOST',
    valueFrom: { component: 'user-service/database', output: 'readerEndpoint' },
  });
});

test('a component and its infra may be documents of one file', () => {
  const edits: Case['edits'] = {
    [`${inService}/worker/worker.yaml`]: [
      [
        '        output: bucketName\n',
        '        output: bucketName\n---\napiVersion: infra.deployer.io/v1\nkind: ComponentInfra\nmetadata: {name: worker}\nspec: {protect: true}\n',
      ],
    ],
  };
  expect(component('user-service/worker', edits).infra.protect).toBe(true);
});

test('a text that the schema wants as a number is converted after its variables', () => {
  const edits: Case['edits'] = {
    'services/user-service/service.yaml': [['PORT: "8080"', 'PORT: 8080\n    NODES: 3']],
    [`${inService}/cache/elasticache.yaml`]: [['numNodes: 2', 'numNodes: "${NODES}"']],
  };
  expect(component('user-service/cache', edits).spec.cluster).toMatchObject({ numNodes: 3 });
});

test('a general layer gives a kind what the kind has', () => {
  const edits: Case['edits'] = {
    'infra/security.yaml': [
      ['spec:', 'spec:\n  infra:\n    protect: true\n    resources:\n      cpu: 1024\n      memory: 2048'],
    ],
  };
  expect(component('user-service/database', edits).infra).toStrictEqual({
    logRetentionDays: 14,
    protect: true,
  });
  expect(component('user-service/worker', edits).infra.resources).toStrictEqual({ cpu: 1024, memory: 2048 });
});

test('source, target, origin, attachTo and targets name components', () => {
  const document = (kind: string, name: string, spec: string) =>
    `apiVersion: components.deployer.io/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
  const { graph, components } = resolve({
    [`${inService}/on-event/lambda.yaml`]: document(
      'Lambda',
      'on-event',
      '{triggers: [{type: sqs, source: {component: events}}]}',
    ),
    [`${inService}/bus/bus.yaml`]: document(
      'EventBridge',
      'bus',
      '{rules: [{name: r, schedule: rate(1 day), targets: [{component: events}]}]}',
    ),
    [`${inService}/site/site.yaml`]: document('CloudFront', 'site', '{origin: {component: uploads}}'),
    [`${inService}/machine/ec2.yaml`]: document('EC2Instance', 'machine', '{}'),
    [`${inService}/disk/ebs.yaml`]: document('EBS', 'disk', '{sizeGB: 10, attachTo: {component: machine}}'),
  });
  const references = graph.edges.filter(({ by }) => by === 'reference');
  expect(references.map(({ component, dependsOn }) => `${component} → ${dependsOn}`)).toStrictEqual([
    'auth-service/gateway → auth-service/authorizer',
    'user-service/bus → user-service/events',
    'user-service/disk → user-service/machine',
    'user-service/on-event → user-service/events',
    'user-service/site → user-service/uploads',
  ]);
  expect(components.get('user-service/disk')?.spec).toMatchObject({
    attachTo: { component: 'user-service/machine' },
  });
});

test('resolving does not change what it is given, and gives the same again', () => {
  const before = JSON.stringify([...request.files]);
  const first = resolve({});
  expect(JSON.stringify([...first.components])).toBe(JSON.stringify([...resolve({}).components]));
  expect(JSON.stringify([...request.files])).toBe(before);
});
