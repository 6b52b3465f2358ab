import { parseHcl, walkBody } from '@deployment-engine/terraform-code';
import { repoOpen } from '../../../../testing/stacks/repo-open.ts';
import { componentFiles } from './component-files.ts';
import { type ComponentPlan, stackPlan } from './stack-plan.ts';

const { kinds, resolution } = repoOpen();
const { components } = stackPlan(resolution, kinds);

function planOf(id: string): ComponentPlan {
  const plan = components.find((component) => component.id === id);
  if (!plan) throw new Error(`no component ${id}`);
  return plan;
}

function filesOf(id: string, change: Partial<ComponentPlan> = {}, provider: object = {}) {
  const component = { ...planOf(id), ...change };
  const kind = kinds.kinds.get(component.kind);
  if (!kind) throw new Error(`no kind ${component.kind}`);
  return componentFiles({ stack: 'user-platform', environment: 'development', component, kind, provider });
}

const context = (files: Record<string, string>) => JSON.parse(files['context.json'] ?? '');

test('a project is the root module, its data and the kind', () => {
  expect(Object.keys(filesOf('user-service/events'))).toStrictEqual([
    'configs.json',
    'context.json',
    'kinds/SQS/main.tf',
    'kinds/SQS/outputs.tf',
    'kinds/SQS/variables.tf',
    'kinds/SQS/versions.tf',
    'main.tf',
    'outputs.tf',
    'spec.json',
  ]);
});

test("the context has names, labels and tags, and the component's protection and retention", () => {
  const files = filesOf('user-service/events', { infra: { logRetentionDays: 7, protect: true } });
  expect(context(files)).toMatchObject({
    stack: 'user-platform',
    environment: 'development',
    service: 'user-service',
    component: 'events',
    region: 'us-east-1',
    labels: { team: 'users', costCenter: 'cc-1041' },
    tags: { Stack: 'user-platform', Component: 'events', ManagedBy: 'deployment-engine', team: 'users' },
    retentionDays: 7,
    protect: true,
  });
  expect(context(filesOf('user-service/events', { infra: {} }))).toMatchObject({
    retentionDays: 30,
    protect: false,
  });
});

test('a component has the region that it names, else that of the stack; instances have names of their own', () => {
  const inRegion = (region: string) =>
    filesOf('user-service/events', { id: `user-service/events@${region}`, region }, { region: 'us-east-1' });
  const [one, two] = [inRegion('eu-west-1'), inRegion('eu-central-1')];
  expect(one['main.tf']).toContain('region = "eu-west-1"');
  expect(context(one).region).toBe('eu-west-1');
  expect(context(one).name).not.toBe(context(two).name);
  const ofStack = filesOf('user-service/events', { region: '' }, { region: 'us-west-2' });
  expect(ofStack['main.tf']).toContain('region = "us-west-2"');
  expect(context(ofStack).region).toBe('us-west-2');
});

test('labels do not replace tags of the engine, nor repeat a key in other case', () => {
  const { tags } = context(filesOf('user-service/events', { labels: { STACK: 'x', team: 'b', Team: 'a' } }));
  expect(tags).toStrictEqual({
    Stack: 'user-platform',
    Environment: 'development',
    Service: 'user-service',
    Component: 'events',
    ManagedBy: 'deployment-engine',
    Team: 'a',
  });
});

test('the spec has infra only for kinds that run an image, and never dependsOn', () => {
  const spec = (id: string) => JSON.parse(filesOf(id)['spec.json'] ?? '');
  expect(spec('user-service/api').infra.resources).toBeDefined();
  expect(spec('user-service/events').infra).toBeUndefined();
  const ordered = filesOf('user-service/events', { spec: { type: 'fifo', dependsOn: ['a/b'] } });
  expect(JSON.parse(ordered['spec.json'] ?? '')).toStrictEqual({ type: 'fifo' });
});

test('the same request gives the same bytes, also if keys are in another order', () => {
  const { spec, labels } = planOf('user-service/api');
  const turned = (map: object) => Object.fromEntries(Object.entries(map).reverse());
  const change = { spec: turned(spec as object), labels: turned(labels) };
  expect(JSON.stringify(filesOf('user-service/api', change))).toBe(
    JSON.stringify(filesOf('user-service/api')),
  );
});

test('the network comes from the foundation where the kind reads it, and is empty elsewhere', () => {
  const api = filesOf('user-service/api')['main.tf'];
  expect(api).toMatch(/vpcId += local\.inputs\["_foundation\.vpcId"\]/);
  expect(api).toMatch(/privateSubnetIds += \[for index in range\(contains\(var\.pending, .*\) \? 2 :/);
  const events = filesOf('user-service/events')['main.tf'];
  expect(events).toMatch(/vpcId += ""/);
  expect(events).toMatch(/privateSubnetIds += \[\]/);
});

test('the account is checked if the stack names it', () => {
  const withAccount = filesOf('user-service/events', {}, { accountId: '123456789012' })['main.tf'];
  expect(withAccount).toContain('allowed_account_ids = ["123456789012"]');
  expect(filesOf('user-service/events')['main.tf']).not.toContain('allowed_account_ids');
});

test('outputs are those of the kind, sensitive where it says so', () => {
  const kind = kinds.kinds.get('SQS');
  if (!kind) throw new Error('no SQS');
  const component = planOf('user-service/events');
  const files = componentFiles({
    stack: 's',
    environment: 'e',
    component,
    kind: { ...kind, sensitiveOutputs: ['url'] },
    provider: {},
  });
  const { blocks } = parseHcl(files['outputs.tf'] ?? '');
  expect(blocks.map(({ labels }) => labels[0])).toStrictEqual(kind.outputs);
  const sensitive = blocks.filter(({ body }) => body.attributes.some(({ name }) => name === 'sensitive'));
  expect(sensitive.map(({ labels }) => labels[0])).toStrictEqual(['url']);
});

const hostile = '"\n}\nresource "x" "y" {}\n${file("/etc/passwd")} %{ for a in b } $${x}';

test('nothing that people write becomes code', () => {
  const texts = {
    labels: { team: hostile, [hostile]: 'a' },
    configs: { 'a.yaml': hostile },
    spec: { displayName: hostile, [hostile]: hostile },
    annotations: { [hostile]: hostile },
  };
  const plain = filesOf('user-service/events', { labels: {}, configs: {}, spec: {} });
  const files = filesOf('user-service/events', texts);
  for (const path of ['main.tf', 'outputs.tf']) expect(files[path]).toBe(plain[path]);
  expect(JSON.parse(files['spec.json'] ?? '')).toStrictEqual(texts.spec);
  expect(JSON.parse(files['configs.json'] ?? '')).toStrictEqual(texts.configs);
  expect(context(files).labels).toStrictEqual(texts.labels);
});

test('a hostile region or account is a text of the code', () => {
  const files = filesOf('user-service/events', { region: hostile }, { accountId: hostile });
  const { blocks } = parseHcl(files['main.tf'] ?? '');
  expect(blocks.map(({ type }) => type)).toStrictEqual(
    parseHcl(filesOf('user-service/events')['main.tf'] ?? '').blocks.map(({ type }) => type),
  );
  const texts: unknown[] = [];
  for (const { type, body } of blocks)
    if (type === 'provider')
      walkBody(body, (expression) => {
        if (expression.kind === 'literal') texts.push(expression.value);
      });
  expect(texts.filter((text) => text === hostile)).toHaveLength(2);
});

test("every component's project parses", () => {
  for (const { id } of components)
    for (const [path, text] of Object.entries(filesOf(id)))
      if (path.endsWith('.tf')) expect(() => parseHcl(text)).not.toThrow();
});
