import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Setting, settingsByName } from '@deployment-engine/service';
import { parse } from 'yaml';
import { gatewaySettings } from '../gateway/src/settings.ts';
import { runnerSettings } from '../terraform-runner/src/settings.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

type Service = {
  image?: string;
  build?: { context: string; dockerfile: string };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string | null>;
  volumes?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  restart?: string;
  stop_grace_period?: string;
};
type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };

const composeFiles = ['docker-compose.yml', 'deploy/compose.yml'];
const dockerfiles = ['gateway/Dockerfile', 'terraform-runner/Dockerfile'];
const compose = (path: string): Compose => parse(read(path), { merge: true });
const ours = (file: string, dockerfile: string) =>
  Object.entries(compose(file).services).filter(([, service]) => service.build?.dockerfile === dockerfile);

/** Returns the settings of a Dockerfile's service. */
function settingsOf(dockerfile: string): Record<string, Setting> {
  return settingsByName(dockerfile.startsWith('gateway/') ? gatewaySettings : runnerSettings);
}

/** Expands a value like a shell with only the required variables: to the setting's example, or any word. */
function inFullShell(value: string, settings: Record<string, Setting>): string {
  return value
    .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
    .replace(/\$\{(\w+):\?[^}]*\}/g, (_, name) => settings[name]?.example ?? 'anything');
}

/** Throws if a variable is not a setting, or its value is invalid. */
function assertAccepted(
  name: string,
  value: string | number | null,
  settings: Record<string, Setting>,
): void {
  const setting = settings[name];
  assert.ok(setting, `${name} is no setting`);
  const text = inFullShell(String(value ?? ''), settings);
  if (text !== '') assert.equal(setting.type.safeParse(text).error?.message, undefined, `${name}=${text}`);
}

test('the compose files pass their linter without a warning', () => {
  const files = composeFiles.map((path) => join(root, path));
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/dclint/bin/dclint.cjs'), '--max-warnings=0', ...files],
    {
      stdio: 'pipe',
    },
  );
});

test('the Dockerfiles pass their linter', () => {
  const linter = join(root, 'node_modules/dockerfilelint/bin/dockerfilelint');
  const files = dockerfiles.map((path) => join(root, path));
  execFileSync(process.execPath, [linter, ...files], { stdio: 'pipe' });
});

test('docker-compose.yml starts a gateway behind a healthy runner, which only it reaches', () => {
  const { services } = compose('docker-compose.yml');
  expect(Object.keys(services)).toStrictEqual(['gateway', 'terraform-runner']);
  expect(services.gateway?.depends_on?.['terraform-runner']?.condition).toBe('service_healthy');
  expect(services['terraform-runner']?.ports).toBe(undefined);
  expect(services.gateway?.ports?.[0] ?? '').toMatch(/^127\.0\.0\.1:/);
});

test('deploy/compose.yml starts two gateways, three runners, PostgreSQL and a load balancer', () => {
  const { services } = compose('deploy/compose.yml');
  expect(Object.keys(services)).toStrictEqual([
    'gateway-1',
    'gateway-2',
    'load-balancer',
    'postgres',
    'runner-1',
    'runner-2',
    'runner-3',
  ]);
  const published = Object.entries(services).filter(([, service]) => service.ports);
  expect(published.map(([name]) => name)).toStrictEqual(['load-balancer']);
  expect(services.postgres?.image ?? '').toMatch(/^postgres:16/);
  for (const [, gateway] of ours('deploy/compose.yml', 'gateway/Dockerfile')) {
    expect(gateway.environment?.DATABASE_URL ?? '').toMatch(/^postgres:\/\/.*@postgres:5432\//);
    expect(gateway.environment?.STATE_ENCRYPTION_KEY ?? '').toMatch(/^\$\{STATE_ENCRYPTION_KEY:\?/);
  }
});

test('the load balancer passes events on as they come, from every gateway', () => {
  const config = read('deploy/nginx.conf');
  expect(config).toMatch(/proxy_buffering off;/);
  expect(config).toMatch(/client_max_body_size 16m;/);
  const servers = [...config.matchAll(/server ([\w-]+):(\d+)/g)].map((match) => `${match[1]}:${match[2]}`);
  expect(servers).toStrictEqual(['gateway-1:3000', 'gateway-2:3000']);
});

for (const file of composeFiles) {
  const { services, volumes } = compose(file);

  test(`${file}: every service restarts, has time to stop and a health check`, () => {
    for (const [name, service] of Object.entries(services)) {
      assert.equal(service.restart, 'unless-stopped', name);
      assert.ok(service.stop_grace_period, name);
      const dockerfile = service.build && read(service.build.dockerfile);
      assert.ok(service.healthcheck ?? /^HEALTHCHECK /m.test(dockerfile ?? ''), `${name} has a health check`);
    }
  });

  test(`${file}: every file, volume and service it names exists`, () => {
    for (const service of Object.values(services)) {
      if (service.build) {
        expect(resolve(root, dirname(file), service.build.context)).toBe(root);
        assert.ok(existsSync(join(root, service.build.dockerfile)));
      }
      for (const name of Object.keys(service.depends_on ?? {})) assert.ok(services[name], name);
      for (const source of (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? ''))
        if (source.startsWith('.')) assert.ok(existsSync(join(root, dirname(file), source)), source);
        else assert.ok(source in volumes, source);
    }
  });

  test(`${file}: gateways and runners share the workspaces, and each keeps its own data`, () => {
    const built = dockerfiles.flatMap((dockerfile) => ours(file, dockerfile));
    const data = built.map(([, service]) => service.volumes?.find((volume) => volume.endsWith(':/data')));
    expect(new Set(data).size).toBe(built.length);
    for (const [name, { volumes: mounts }] of built)
      assert.ok(
        mounts?.some((volume) => /^workspaces:\/workspaces(:ro)?$/.test(volume)),
        name,
      );
  });

  test(`${file}: sets only settings that exist to values that they accept, and asks for the shared secret`, () => {
    for (const dockerfile of dockerfiles)
      for (const [, { environment = {} }] of ours(file, dockerfile)) {
        for (const [setting, value] of Object.entries(environment))
          if (!/^(AWS|ARM|GOOGLE)_/.test(setting)) assertAccepted(setting, value, settingsOf(dockerfile));
        expect(environment.RUNNER_TOKEN ?? '').toMatch(/^\$\{RUNNER_TOKEN:\?/);
        expect(environment.HOST ?? environment.RUNNER_HOST).toBe('0.0.0.0');
      }
  });

  test(`${file}: gateways reach every runner by its name and port`, () => {
    const names = ours(file, 'terraform-runner/Dockerfile').map(([name]) => `http://${name}:8000`);
    for (const [, { environment }] of ours(file, 'gateway/Dockerfile'))
      expect(environment?.TERRAFORM_RUNNER_URL).toBe(names.join(','));
  });
}

for (const dockerfile of dockerfiles) {
  const text = read(dockerfile);
  const finalStage = text.slice(text.lastIndexOf('\nFROM '));

  test(`${dockerfile}: the service runs as an unprivileged user and is asked for its health`, () => {
    expect(finalStage).toMatch(/^USER node$/m);
    expect(finalStage.slice(finalStage.indexOf('USER node'))).not.toMatch(/^RUN /m);
    expect(finalStage).toMatch(/^HEALTHCHECK [\s\S]*?\/healthz/m);
    expect(finalStage).toMatch(/install --directory --owner=node --group=node \/data \/workspaces/);
  });

  test(`${dockerfile}: every file it copies from the repository exists, every package's manifest is among them`, () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      (match) => match[1]?.split(' ') ?? [],
    );
    for (const path of copied) assert.ok(existsSync(join(root, path)), path);
    const packages: string[] = JSON.parse(read('package.json')).workspaces;
    for (const manifest of packages.flatMap((name) => globSync(`${name}/package.json`, { cwd: root })))
      assert.ok(copied.includes(manifest), manifest);
  });

  test(`${dockerfile}: sets only settings that exist, to values that they accept`, () => {
    const environment = /^ENV ([\s\S]*?[^\\])\n/m.exec(finalStage)?.[1] ?? '';
    const pairs = [...environment.matchAll(/([A-Z_]+)=(\S+)/g)];
    expect(pairs.length).toBeGreaterThan(0);
    for (const [, name = '', value = ''] of pairs)
      if (name !== 'NODE_ENV') assertAccepted(name, value, settingsOf(dockerfile));
  });
}

test('every variable that the deployment guide exports is used by its compose file', () => {
  const exported = [...read('deploy/README.md').matchAll(/^export ([A-Z_]+)=/gm)].map((match) => match[1]);
  expect(exported).toStrictEqual(['RUNNER_TOKEN', 'POSTGRES_PASSWORD', 'STATE_ENCRYPTION_KEY']);
  for (const name of exported) expect(read('deploy/compose.yml')).toMatch(new RegExp(`\\$\\{${name}:\\?`));
});

test('the images and `npm start` take the same Terraform, whose checksum is pinned in one place', () => {
  const text = read('terraform-runner/Dockerfile');
  expect(text).toMatch(/COPY scripts\/terraform\/fetch-terraform\.ts/);
  expect(text).not.toMatch(/terraform[_-]\d|releases\.hashicorp/);
  expect(text).toMatch(/bubblewrap/);
});

test('the build context holds every folder that is copied and no installed package', () => {
  const ignore = read('.dockerignore').split('\n');
  for (const kept of ['!packages', '!gateway', '!terraform-runner', '!scripts/terraform/fetch-terraform.ts'])
    assert.ok(ignore.includes(kept), kept);
  expect(ignore).toContain('**/node_modules');
});
