import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defaultMaxResources,
  operatorPolicySchema,
  projectPolicySettingsSchema,
} from '@deployment-engine/contracts';
import { modeOf } from '@deployment-engine/policy';
import { ConfigError } from '../src/config.ts';
import { effectiveSettings } from '../src/policy/effective-settings.ts';
import { loadOperatorPolicy } from '../src/policy/operator-policy.ts';
import { startTestGateway } from './support.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pf-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const written = async (name: string, content: string) => {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
};

const wrong: [string, string, RegExp][] = [
  ['a.yaml', 'defaults: [', /it is not valid YAML/],
  ['a.json', '{', /it is not valid JSON/],
  ['b.yaml', 'enforce:\n  profile: lax\n', /enforce\.profile: /],
  ['c.yaml', 'exemptions:\n  - id: PRE-PROVISIONER\n    who: op\n', /exemptions\[0\]\.why: /],
  ['d.yaml', 'surprise: 1\n', /surprise/],
  ['e.yaml', 'a: &a [1]\nb: *a\n', /it is not valid YAML: .*alias/i],
  ['g.yaml', 'enforce:\n  modes: {AWS-S3-01: block}\n', /enforce\.modes\.AWS-S3-01: there is no rule/],
  [
    'f.yaml',
    'enforce:\n  userRules:\n    - {language: cel, id: USER-A, message: m, expression: "1 +"}\n',
    /enforce\.userRules\[0\]: USER-A: /,
  ],
];
for (const [name, content, reason] of wrong)
  test(`a policy file with ${JSON.stringify(content)} stops the start with its path and the fault`, async () => {
    const path = await written(name, content);
    await assert.rejects(startTestGateway({ POLICY_FILE: path }), (error: Error) => {
      assert.ok(error instanceof ConfigError);
      assert.ok(error.message.includes(path), error.message);
      expect(error.message).toMatch(reason);
      return true;
    });
  });

test('a missing policy file stops the start', () =>
  expect(loadOperatorPolicy(join(directory, 'none.yaml'))).rejects.toThrow(
    /none\.yaml: there is no such file/,
  ));

test('projects get the defaults, the enforced minimums and the exemptions that name them', async () => {
  const path = await written(
    'good.yaml',
    `defaults:
  profile: guarded
enforce:
  modes: {AWS-S3-001: approve}
  blastRadius: {maxDeletions: 5, regions: [eu-west-1, eu-north-1]}
  userRules:
    - {language: cel, id: USER-HOUSE, mode: approve, message: house rule, expression: "false"}
exemptions:
  - {id: PRE-PROVISIONER, projects: ["build-*"], who: op, why: image builds}
`,
  );
  await using it = await startTestGateway({ POLICY_FILE: path });
  const shown = async (projectId: string) =>
    (await it.client.get(`/api/deploy/policy/${projectId}`)).body.settings;
  const fresh = await shown('build-a');
  expect(fresh.profile).toBe('guarded');
  expect(fresh.exemptions[0].id).toBe('PRE-PROVISIONER');
  expect((await shown('web')).exemptions).toStrictEqual([]);
  await it.client.request('PUT', '/api/deploy/policy/web/settings', {
    blastRadius: { maxDeletions: 9, regions: ['eu-west-1', 'us-east-1'] },
    userRules: [{ language: 'cel', id: 'USER-HOUSE', mode: 'off', message: 'mine', expression: 'false' }],
  });
  const own = await shown('web');
  expect([own.blastRadius.maxDeletions, own.blastRadius.regions]).toStrictEqual([5, ['eu-west-1']]);
  expect([own.userRules[0].message, own.userRules[0].mode]).toStrictEqual(['house rule', 'approve']);
});

test('a project’s settings cannot weaken enforced ones', () => {
  const operator = operatorPolicySchema.parse({
    enforce: { profile: 'strict', modes: { 'AWS-S3-001': 'approve' } },
  });
  const own = projectPolicySettingsSchema.parse({
    modes: { 'AWS-S3-001': 'off', 'AWS-S3-002': 'off' },
    exemptions: ['AWS-S3-001', 'AWS-S3-002'].map((id) => ({ id, who: 'me', why: 'mine' })),
  });
  const settings = effectiveSettings(operator, 'p', own);
  expect(settings.profile).toBe('strict');
  expect(modeOf(settings, 'AWS-S3-001', 'warn')).toBe('approve');
  expect(modeOf(settings, 'AWS-S3-002', 'warn')).toBe('approve');
  expect(settings.exemptions.map(({ id }) => id)).toStrictEqual([]);
  expect(settings.blastRadius.maxResources).toBe(defaultMaxResources);
});

test('a project cannot weaken or exempt enforced limits', () => {
  const operator = operatorPolicySchema.parse({
    enforce: { blastRadius: { maxDeletions: 0, resourceTypes: ['aws_s3_*'] } },
    exemptions: [{ id: 'PLAN-MAX-DELETIONS', projects: ['trusted'], who: 'operator', why: 'agreed' }],
  });
  const ids = ['PLAN-MAX-DELETIONS', 'PLAN-RESOURCE-TYPE', 'PLAN-REGION'];
  const own = projectPolicySettingsSchema.parse({
    modes: Object.fromEntries(ids.map((id) => [id, 'off'])),
    exemptions: ids.map((id) => ({ id, who: 'me', why: 'mine' })),
  });
  const settings = effectiveSettings(operator, 'p', own);
  expect(modeOf(settings, 'PLAN-MAX-DELETIONS', 'block')).toBe('block');
  expect(modeOf(settings, 'PLAN-RESOURCE-TYPE', 'block')).toBe('block');
  assert.equal(modeOf(settings, 'PLAN-REGION', 'block'), 'off', 'nobody enforces regions');
  expect(settings.exemptions.map(({ id }) => id)).toStrictEqual(['PLAN-REGION']);
  const trusted = effectiveSettings(operator, 'trusted', own).exemptions;
  assert.ok(trusted.some(({ id, who }) => id === 'PLAN-MAX-DELETIONS' && who === 'operator'));
});
