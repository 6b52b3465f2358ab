import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyFinding } from '@deployment-engine/contracts';
import { deployer } from '../testing/deployer.ts';
import { sharedEngine } from '../testing/shared-engine.ts';

const { client, engine } = sharedEngine();

const hello = 'resource "terraform_data" "a" {\n  input = "x"\n}\n';
const provisioner = `resource "terraform_data" "a" {
  input = "x"
  provisioner "local-exec" {
    command = "true"
  }
}
`;
const setPolicy = async (projectId: string, settings: object) => {
  const answer = await client.request('PUT', `/api/deploy/policy/${projectId}/settings`, settings);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
};
const deploy = async (projectId: string, code: object) => {
  const { body } = await client.post('/api/deploy', { projectId, ...code });
  return client.finished(body.jobId);
};
const stepsOf = async (jobId: string): Promise<string[]> => {
  const { body } = await client.get(`/api/deploy/jobs/${jobId}/logs`);
  return [...String(body).matchAll(/^.*\b(init|plan|apply)\b.*$/gm)].map(([, step = '']) => step);
};

function assertComplete(finding: PolicyFinding, expected: { id: string; file: string; line: number }): void {
  expect({ id: finding.id, file: finding.file, line: finding.line }).toStrictEqual(expected);
  assert.ok(finding.message.length > 10, 'the finding says why');
  expect(finding.howToAllow).toMatch(
    /POST \/api\/deploy\/policy\/\{projectId\}\/exemptions|Nobody can allow/,
  );
}

test('a pure move passes, and a move to another object waits with a reason', async () => {
  const moved = (to: string, input: string) =>
    `resource "terraform_data" "${to}" {\n  input = "${input}"\n}\nmoved {\n  from = terraform_data.a\n  to   = terraform_data.${to}\n}\n`;
  await deploy('renamed', { iacCode: hello });
  const renamed = await deploy('renamed', { iacCode: moved('b', 'x') });
  expect([renamed.status, renamed.waitingReason, renamed.plan?.noop]).toStrictEqual(['completed', null, 1]);
  await deploy('reused', { iacCode: hello });
  const reused = await deploy('reused', { iacCode: moved('b', 'y') });
  expect(reused.status).toBe('awaiting_approval');
  const waits = `POST /api/deploy/jobs/${reused.jobId}/approve: policy: 1 finding to approve: PLAN-MOVE`;
  assert.ok(reused.waitingReason?.includes(waits), reused.waitingReason ?? '');
});

describe('code', () => {
  test('that runs programs is refused before Terraform sees it, with everything an operator needs', async () => {
    const job = await deploy('denied', { iacCode: provisioner });
    expect(job.status).toBe('failed');
    expect([job.failure?.step, job.failure?.reason]).toStrictEqual(['prepare', 'policy_denied']);
    expect(job.error ?? '').toMatch(/PRE-PROVISIONER at main\.tf:3/);
    expect(job.failure?.diagnostics[0]?.code).toBe('PRE-PROVISIONER');
    expect(job.policy?.verdict).toBe('block');
    assert.deepEqual(await stepsOf(job.jobId), [], 'no step of Terraform was started');
    const { body } = await client.get(`/api/deploy/jobs/${job.jobId}/policy`);
    expect(body.verdict).toBe('block');
    assertComplete(body.code.findings[0], { id: 'PRE-PROVISIONER', file: 'main.tf', line: 3 });
    const { newest } = (await client.get('/api/deploy/policy/denied')).body;
    expect([newest.jobId, newest.verdict]).toStrictEqual([job.jobId, 'block']);
  });

  const polyglot = `# [x]
# credential_process = touch marker
provider "aws" {
  shared_config_files = ["./main.tf"]
  profile             = "x"
}
`;
  const denied: { what: string; files: Record<string, string>; id: string; file: string; line: number }[] = [
    {
      what: 'a polyglot file',
      files: { 'main.tf': polyglot },
      id: 'PRE-PROVIDER-ARGUMENT',
      file: 'main.tf',
      line: 4,
    },
    {
      what: 'an override file',
      files: { 'main.tf': hello, 'x_override.tf.json': '{}' },
      id: 'PRE-OVERRIDE',
      file: 'x_override.tf.json',
      line: 1,
    },
    {
      what: 'a duplicate key in JSON',
      files: { 'main.tf.json': '{\n"locals": {"a": 1},\n"locals": {"a": 2}\n}' },
      id: 'PRE-DUPLICATE-KEY',
      file: 'main.tf.json',
      line: 3,
    },
    {
      what: 'a million objects',
      files: { 'main.tf': 'resource "terraform_data" "a" {\n  count = 1000 * 1000\n}\n' },
      id: 'PRE-COST',
      file: 'main.tf',
      line: 2,
    },
  ];
  for (const { what, files, ...expected } of denied)
    test(`${what} is refused by deploy and by validate`, async () => {
      const job = await deploy(`denied-${expected.id.toLowerCase()}`, { files });
      assert.equal(job.failure?.reason, 'policy_denied', job.error);
      const { body } = await client.get(`/api/deploy/jobs/${job.jobId}/policy`);
      const finding = body.code.findings.find(({ id }: PolicyFinding) => id === expected.id);
      assertComplete(finding, expected);
      const validation = (await client.post('/api/deploy/validate', { files })).body;
      expect(validation.valid).toBe(false);
      assert.ok(validation.errors.some(({ code }: { code: string }) => code === expected.id));
    });

  test('an exemption lets it pass until it expires; stored code is checked again', async () => {
    const exemption = { id: 'PRE-FILE-TYPE', file: 'notes.xyz', who: 'op', why: 'harmless' };
    const files = { 'main.tf': hello, 'notes.xyz': 'x' };
    await setPolicy('allowed', { exemptions: [exemption] });
    const job = await deploy('allowed', { files });
    assert.equal(job.status, 'completed', job.error);
    expect([job.policy?.verdict, job.policy?.allowed]).toStrictEqual(['pass', 1]);
    await setPolicy('allowed', { exemptions: [{ ...exemption, expiresAt: '2020-01-01T00:00:00Z' }] });
    expect((await deploy('allowed', { files })).failure?.reason).toBe('policy_denied');
    const { body } = await client.post('/api/deploy/destroy', { projectId: 'allowed' });
    expect((await client.finished(body.jobId)).failure?.reason).toBe('policy_denied');
    await setPolicy('allowed', { exemptions: [exemption] });
    await client.complete('/api/deploy/destroy', { projectId: 'allowed' });
    const { versions } = (await client.get('/api/deploy/policy/allowed/history')).body;
    expect(versions.map(({ version }: { version: number }) => version)).toStrictEqual([3, 2, 1]);
  });
});

describe('a plan', () => {
  const rule = (mode: string) => ({
    userRules: [
      {
        language: 'cel',
        id: 'USER-NO-X',
        mode,
        message: 'x is not wanted',
        expression: 'has(resource.after.input) && resource.after.input == "x"',
      },
    ],
  });

  test('is reported in the plan answer of a job that only plans, and stops nothing there', async () => {
    await setPolicy('only-plan', rule('block'));
    const job = await client.complete('/api/deploy/plan', { projectId: 'only-plan', iacCode: hello });
    expect(job.policy?.verdict).toBe('block');
    const { policy } = (await client.get(`/api/deploy/jobs/${job.jobId}/plan`)).body;
    expect([policy.findings[0].id, policy.findings[0].address]).toStrictEqual([
      'USER-NO-X',
      'terraform_data.a',
    ]);
  });

  test('that a rule blocks is not applied, approved or not', async () => {
    await setPolicy('blocked', rule('block'));
    const job = await deploy('blocked', { iacCode: hello });
    expect([job.status, job.failure?.step, job.failure?.reason]).toStrictEqual([
      'failed',
      'gate',
      'policy_denied',
    ]);
    expect(job.error ?? '').toMatch(/USER-NO-X.*x is not wanted/);
    expect((await client.get('/api/deploy/infrastructure/blocked')).body.terraformState).toBe(null);
  });

  test('that a rule requires approval for waits in spite of auto-approval, and continues with the digest', async () => {
    await setPolicy('asked', rule('approve'));
    const job = await deploy('asked', { iacCode: hello });
    expect(job.status).toBe('awaiting_approval');
    const path = `/api/deploy/jobs/${job.jobId}/approve`;
    expect((await client.post(path, { planDigest: 'a'.repeat(64) })).status).toBe(409);
    expect((await client.post(path, { planDigest: job.planDigest })).status).toBe(202);
    expect((await client.endOf(job.jobId)).status).toBe('completed');
  });

  test('that deletes more than the project allows is blocked; a requested destroy is not', async () => {
    const many = 'resource "terraform_data" "a" {\n  count = 3\n}\n';
    await setPolicy('radius', { blastRadius: { maxDeletions: 1 } });
    await client.complete('/api/deploy', { projectId: 'radius', iacCode: many });
    const job = await deploy('radius', { iacCode: hello });
    expect(job.error ?? '').toMatch(/PLAN-MAX-DELETIONS/);
    await client.complete('/api/deploy/destroy', { projectId: 'radius' });
  });
});

test('the command line allows, sets and shows', async () => {
  const policy = (...words: string[]) => deployer(engine().url, 'policy', ...words);
  const allow = ['PRE-PROVISIONER', '--who', 'op', '--why', 'image build', '--file', 'main.tf'];
  expect(await policy('allow', 'by-hand', ...allow)).toMatch(/by-hand: policy settings are at version 1/);
  expect(await policy('show', 'by-hand')).toMatch(/allowed {2}PRE-PROVISIONER by op: image build/);
  const file = join(engine().directory, 'settings.yaml');
  await writeFile(file, 'profile: strict\nmodes:\n  AWS-S3-001: block\n');
  await policy('set', 'by-hand', file);
  expect(await policy('show', 'by-hand')).toMatch(/profile strict, version 2\n {2}block/);
  await writeFile(file, 'profile: lax\n');
  await expect(policy('set', 'by-hand', file)).rejects.toThrow(/deployer policy set: profile: /);
  await deploy('by-hand-denied', { iacCode: provisioner });
  expect(await policy('show', 'by-hand-denied')).toMatch(/block .*PRE-PROVISIONER {2}main\.tf:3/);
});
