import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { settingsByName } from '@deployment-engine/service';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service, ServiceAccount } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { createMetrics } from '../gateway/src/server/metrics.ts';
import { gatewaySettings } from '../gateway/src/settings.ts';
import { runnerSettings } from '../terraform-runner/src/settings.ts';

const folder = resolve(import.meta.dirname, '../deploy/kubernetes');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const { resources } = parse(read('kustomization.yaml')) as { resources: string[] };
// biome-ignore lint/suspicious/noExplicitAny: manifests of seven kinds
const manifests: any[] = resources.flatMap((file) =>
  parseAllDocuments(read(file)).map((document) => document.toJS()),
);
const models = {
  Deployment,
  HorizontalPodAutoscaler,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
  StatefulSet,
};

const find = (kind: string, name: string) => {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  assert.ok(found, `${kind} ${name}`);
  return found;
};
const podOf = (kind: string, name: string) => find(kind, name).spec.template.spec;
const services = [
  { kind: 'Deployment', name: 'gateway', settings: settingsByName(gatewaySettings) },
  { kind: 'StatefulSet', name: 'runner', settings: settingsByName(runnerSettings) },
];

test('every manifest is valid by the schema of its kind, and a wrong field would be seen', () => {
  expect(manifests.length).toBeGreaterThan(9);
  for (const manifest of manifests) {
    const Model = models[manifest.kind as keyof typeof models];
    assert.ok(Model, `no schema for ${manifest.kind}`);
    new Model(manifest).validate();
  }
  const wrong = structuredClone(find('Deployment', 'gateway'));
  wrong.spec.template.spec.containers[0].ports[0].containerPort = 'three thousand';
  expect(() => new Deployment(wrong).validate()).toThrow(/containerPort/);
});

test('every selector finds its pods, and every service, budget and scaler what it names', () => {
  const labels = services.map(({ kind, name }) => find(kind, name).spec.template.metadata.labels);
  const finds = (selector: Record<string, string>) =>
    labels.some((own) => Object.entries(selector).every(([key, value]) => own[key] === value));
  for (const { kind, metadata, spec } of manifests) {
    const selector = spec?.selector?.matchLabels ?? spec?.podSelector?.matchLabels ?? spec?.selector;
    if (selector) assert.ok(finds(selector), `${kind} ${metadata.name}`);
  }
  const { scaleTargetRef } = find('HorizontalPodAutoscaler', 'runner').spec;
  find(scaleTargetRef.kind, scaleTargetRef.name);
  expect(find('StatefulSet', 'runner').spec.serviceName).toBe(find('Service', 'runner').metadata.name);
});

test('runners are scaled by a figure that gateways report', () => {
  const [metric] = find('HorizontalPodAutoscaler', 'runner').spec.metrics;
  const [, query = ''] = /metricsQuery: (.+)/.exec(read('README.md')) ?? [];
  expect(read('README.md')).toContain(`as: ${metric.external.metric.name} }`);
  const figures = [...query.matchAll(/\((\w+)\)/g)].map(([, name]) => name ?? '');
  expect(figures.length).toBe(2);
  for (const name of figures) assert.ok(createMetrics().registry.getSingleMetric(name), name);
  expect(find('StatefulSet', 'runner').spec.replicas).toBe(undefined); // else each apply would undo the autoscaler
});

test.each(services)(
  '$name: sets only settings that exist, to values that they accept',
  ({ kind, name, settings }) => {
    const [container] = podOf(kind, name).containers;
    for (const { name: variable, value } of container.env) {
      if (variable === 'POD_NAME') continue;
      const setting = settings[variable];
      assert.ok(setting, `${variable} is no setting`);
      expect(setting.type.safeParse(value.replaceAll('$(POD_NAME)', 'runner-0')).error).toBe(undefined);
    }
  },
);

test.each(services)(
  '$name: runs without root, privileges, capabilities and writable files',
  ({ kind, name }) => {
    const pod = podOf(kind, name);
    const [container] = pod.containers;
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      expect(container[probe].httpGet.path).toBe('/healthz');
    const written = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
    expect(written).toStrictEqual(['/data', '/workspaces', '/tmp']);
  },
);

test('a runner has more time to stop than it takes to finish its runs, and a durable disk', () => {
  const pod = podOf('StatefulSet', 'runner');
  const wait = pod.containers[0].env.find(({ name }: { name: string }) => name === 'STOP_WAIT_SECONDS');
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(wait.value) + 30);
  const [claim] = find('StatefulSet', 'runner').spec.volumeClaimTemplates;
  expect(claim.metadata.name).toBe('data');
});

test('gateways and runners are called at the ports at which they listen', () => {
  for (const { name, kind } of services) {
    const [port] = find('Service', name).spec.ports;
    const [container] = podOf(kind, name).containers;
    expect(container.ports[0]).toMatchObject({ name: port.targetPort, containerPort: port.port });
  }
  const env = podOf('StatefulSet', 'runner').containers[0].env;
  const value = (wanted: string) => env.find(({ name }: { name: string }) => name === wanted).value;
  expect([value('GATEWAY_URL'), value('RUNNER_ADVERTISE_URL')]).toStrictEqual([
    'http://gateway:3000',
    'http://$(POD_NAME).runner:8000',
  ]);
});
