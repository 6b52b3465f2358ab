import assert from 'node:assert/strict';
import { compiledPolicy } from '../../packages/policy/src/plan/user-rules/rego-fixture.ts';
import { applyPhase } from '../src/jobs/worker/apply-phase.ts';
import { preflightPhase } from '../src/jobs/worker/preflight-phase.ts';
import { isSealIntact } from '../src/projects/plans/seal.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { stageGate } from './staged-gate.ts';
import { onEachGateway } from './support.ts';

const files = { 'main.tf': 'resource "aws_nat_gateway" "n" {\n  subnet_id = "s"\n}\n' };

onEachGateway((it) => {
  const staged = async (projectId: string, settings: object = {}) => {
    const answer = await it().client.request('PUT', `/api/deploy/policy/${projectId}/settings`, settings);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return stageGate(it(), { projectId, files });
  };
  const query = () => it().gateway.context.database.query;
  const rule = (expression: string, mode = 'block') => ({
    userRules: [{ language: 'cel', id: 'USER-A', mode, message: 'no', expression }],
  });

  test('a plan without findings passes, and later changes of the policy do not revoke that', async () => {
    const gate = await staged('passes');
    expect(await gate.run()).toStrictEqual({ kind: 'done' });
    expect(await gate.events()).toStrictEqual([]);
    await it().client.request('PUT', '/api/deploy/policy/passes/settings', rule('true'));
    await gate.reload();
    assert.deepEqual(await gate.run(), { kind: 'done' }, 'an apply may be in progress by now');
    await gate.complete();
  });

  const failing: [string, object, RegExp][] = [
    ['cannot be evaluated for a resource', rule('resource.after.missing == 1'), /cannot be evaluated/],
    [
      'answers true in WebAssembly',
      {
        userRules: [
          {
            language: 'rego',
            id: 'USER-R',
            mode: 'block',
            message: 'no',
            bundle: Buffer.from(compiledPolicy(true)).toString('base64'),
          },
        ],
      },
      /USER-R: no/,
    ],
  ];
  for (const [index, [what, settings, reason]] of failing.entries())
    test(`a plan is blocked if a rule ${what}`, async () => {
      const gate = await staged(`closed-${index}`, settings);
      const result = await gate.run();
      assert.ok(result.kind === 'refused' && result.reason === 'policy_denied');
      expect(result.message).toMatch(reason);
      expect((await gate.events())[0]?.verdict).toBe('blocked');
      await gate.fail(result);
      const { body } = await it().client.get(`/api/deploy/status/${gate.jobId}`);
      expect([body.failure.step, body.policy.verdict]).toStrictEqual(['gate', 'block']);
    });

  test('the limits of the requesting key apply to a plan, whatever the project allows', async () => {
    const gate = await staged('key', { modes: { 'PLAN-RESOURCE-TYPE': 'off' } });
    const limits = JSON.stringify({ resourceTypes: ['aws_s3_*'] });
    await query().updateTable('jobs').set({ blast_radius: limits }).where('id', '=', gate.jobId).execute();
    await gate.reload();
    const result = await gate.run();
    assert.ok(result.kind === 'refused');
    expect(result.message).toMatch(/PLAN-RESOURCE-TYPE.*the API key may not change aws_nat_gateway/);
    expect((await gate.events()).map(({ gate, verdict }) => [gate, verdict])).toStrictEqual([
      ['blast_radius', 'blocked'],
    ]);
    await gate.fail(result);
  });

  test('a state with a forbidden provider is refused before Terraform would install it', async () => {
    const gate = await staged('foreign');
    const { database, encryption } = it().gateway.context;
    const provider = 'provider["evil.example/x/y"]';
    const resource = { mode: 'managed', type: 'y_thing', name: 't', provider, instances: [] };
    const state = { version: 4, serial: 1, lineage: 'l', outputs: {}, resources: [resource] };
    const raw = Buffer.from(JSON.stringify(state));
    await saveStateVersion(database.query, encryption, { projectId: 'foreign', jobId: gate.jobId, raw });
    const result = await preflightPhase(gate.work());
    assert.ok(result.kind === 'refused' && result.step === 'prepare');
    expect(result.message).toMatch(/PRE-PROVIDER at y_thing\.t: the state names a provider/);
    await gate.fail(result);
  });

  test('the audit log has jobs that a policy ended, and every change of a policy', async () => {
    const gate = await staged('audited', rule('true'));
    const result = await gate.run();
    await gate.fail(result);
    const { body } = await it().client.get('/api/audit');
    const entries = String(body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const about = entries.filter(({ project }) => project === 'audited');
    const [change, denial] = ['setPolicySettings', 'denyJob'].map((action) =>
      about.find((entry) => entry.action === action),
    );
    expect(change.detail).toStrictEqual({ version: 1, weakened: [] });
    expect([denial.outcome, denial.job, denial.detail.rules]).toStrictEqual([
      'denied',
      gate.jobId,
      ['USER-A'],
    ]);
  });

  test('an approval satisfies findings that require it, but not findings that block', async () => {
    const gate = await staged('later', rule('true', 'approve'));
    expect(await gate.run()).toStrictEqual({ kind: 'parked' });
    const parked = await it().client.get(`/api/deploy/status/${gate.jobId}`);
    expect(parked.body.waitingReason).toMatch(
      new RegExp(`POST /api/deploy/jobs/${gate.jobId}/approve: policy: 1 finding to approve: USER-A`),
    );
    const { status } = await it().client.post(`/api/deploy/jobs/${gate.jobId}/approve`, {
      planDigest: gate.planDigest,
    });
    expect(status).toBe(202);
    await it().client.request('PUT', '/api/deploy/policy/later/settings', rule('true', 'block'));
    await gate.claim();
    const result = await gate.run();
    expect(result.kind).toBe('refused');
    await gate.fail(result as never);
  });

  const tamperings: [string, (jobId: string) => Promise<unknown>][] = [
    [
      'digest',
      (jobId) =>
        query()
          .updateTable('plans')
          .set({ digest: 'a'.repeat(64) })
          .where('job_id', '=', jobId)
          .execute(),
    ],
    [
      'state serial',
      (jobId) => query().updateTable('plans').set({ state_serial: 0 }).where('job_id', '=', jobId).execute(),
    ],
    [
      'seal',
      (jobId) => query().updateTable('plans').set({ seal: null }).where('job_id', '=', jobId).execute(),
    ],
    [
      'file',
      (jobId) =>
        query()
          .updateTable('plans')
          .set({ plan_file: Buffer.alloc(64, 1) })
          .where('job_id', '=', jobId)
          .execute(),
    ],
    [
      'code',
      async (jobId) => {
        const job = await query()
          .selectFrom('jobs')
          .selectAll()
          .where('id', '=', jobId)
          .executeTakeFirstOrThrow();
        await query()
          .updateTable('revisions')
          .set({ variables_digest: 'b'.repeat(64) })
          .where('project_id', '=', job.project_id)
          .execute();
      },
    ],
  ];
  for (const [what, tamper] of tamperings)
    test(`a plan whose ${what} was changed in the database is neither approved nor applied`, async () => {
      const gate = await staged(`seal-${what.replace(' ', '-')}`, rule('true', 'approve'));
      expect(await gate.run()).toStrictEqual({ kind: 'parked' });
      await tamper(gate.jobId);
      const planDigest = what === 'digest' ? 'a'.repeat(64) : gate.planDigest;
      const answer = await it().client.post(`/api/deploy/jobs/${gate.jobId}/approve`, { planDigest });
      expect([answer.status, answer.body.code]).toStrictEqual([409, 'plan_seal_broken']);
      const result = await applyPhase(gate.work());
      assert.ok(result.kind === 'refused' && result.reason === 'plan_seal_broken', JSON.stringify(result));
      await it().client.post(`/api/deploy/jobs/${gate.jobId}/cancel`, {});
    });

  test('an unchanged plan has an intact seal, which is not valid for another state', async () => {
    const { database, encryption } = it().gateway.context;
    const gate = await staged('intact');
    const plan = { jobId: gate.jobId, digest: gate.planDigest, stateSerial: null, stateLineage: null };
    expect(await isSealIntact(database.query, encryption, plan)).toBe(true);
    expect(await isSealIntact(database.query, encryption, { ...plan, stateSerial: 3 })).toBe(false);
    expect(await gate.run()).toStrictEqual({ kind: 'done' });
    await gate.complete();
  });
});
