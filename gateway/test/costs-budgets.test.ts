import assert from 'node:assert/strict';
import type { Budget } from '@deployment-engine/contracts';
import { type StagedGate, stageGate } from './staged-gate.ts';
import { onEachGateway } from './support.ts';

const provider = 'provider "aws" {\n  region = "us-east-1"\n}\n';
const nat = `${provider}resource "aws_nat_gateway" "n" {\n  subnet_id = "s"\n}\n`;
const natMonth = 32.85;

onEachGateway((it) => {
  describe("a project's budget", () => {
    const path = '/api/deploy/costs/shop/budget';

    test('is set before the first job, read, replaced and removed', async () => {
      expect((await it().client.get(path)).body.budget).toBe(null);
      const put = await it().client.request('PUT', path, { maxMonthly: 10 });
      assert.equal(put.status, 200, JSON.stringify(put.body));
      const kept = { maxMonthly: 10, onUnknown: 'warn', action: 'block', profile: 'none', currency: 'USD' };
      expect((await it().client.get(path)).body.budget).toStrictEqual(kept);
      await it().client.request('PUT', path, { maxIncrease: 5, action: 'warn' });
      expect((await it().client.get(path)).body.budget.maxMonthly).toBe(undefined);
      await it().client.request('DELETE', path);
      expect((await it().client.get(path)).body.budget).toBe(null);
    });

    for (const [body, pointer] of [
      [{ maxMonthly: -1 }, '/maxMonthly'],
      [{ maxMonthly: 1, action: 'explode' }, '/action'],
      [{ maximum: 1 }, '/maximum'],
      [{ maxMonthly: 1, currency: 'JPY' }, '/currency'],
    ] as const)
      test(`is refused for ${pointer}`, async () => {
        const answer = await it().client.request('PUT', path, body);
        expect(answer.status).toBe(400);
        expect(answer.body.errors[0].pointer).toBe(pointer);
      });
  });

  describe('the budget gate', () => {
    const staged = (
      projectId: string,
      budget: Partial<Budget>,
      files?: Record<string, string>,
    ): Promise<StagedGate> => stageGate(it(), { projectId, budget, files: { 'main.tf': nat, ...files } });

    test('passes a plan within the budget and names its costs', async () => {
      const gate = await staged('within', { maxMonthly: 100 });
      expect(await gate.run()).toStrictEqual({ kind: 'done' });
      const [event] = await gate.events();
      expect(event?.verdict).toBe('passed');
      expect(event?.message ?? '').toMatch(/32\.85 USD/);
    });

    test('warns and lets the job continue', async () => {
      const gate = await staged('warned', { maxMonthly: 1, action: 'warn' });
      expect(await gate.run()).toStrictEqual({ kind: 'done' });
      expect((await gate.events()).map(({ gate, verdict }) => [gate, verdict])).toStrictEqual([
        ['budget', 'warned'],
      ]);
    });

    test('requires approval even with autoApprove, and lets the approved plan pass', async () => {
      const gate = await staged('asked', { maxMonthly: 1, action: 'approve' });
      expect(await gate.run()).toStrictEqual({ kind: 'parked' });
      const view = (await it().client.get(`/api/deploy/status/${gate.jobId}`)).body;
      expect(view.status).toBe('awaiting_approval');
      expect((await gate.events()).map(({ gate, verdict }) => [gate, verdict])).toStrictEqual([
        ['budget', 'approval_required'],
        ['approval', 'approval_required'],
      ]);
      const approval = { planDigest: gate.planDigest };
      expect((await it().client.post(`/api/deploy/jobs/${gate.jobId}/approve`, approval)).status).toBe(202);
      await gate.claim();
      expect(await gate.run()).toStrictEqual({ kind: 'done' });
    });

    test('blocks even an approved plan, and names the resource', async () => {
      const gate = await staged('blocked', { maxMonthly: 1, action: 'approve' });
      expect(await gate.run()).toStrictEqual({ kind: 'parked' });
      await it().client.post(`/api/deploy/jobs/${gate.jobId}/approve`, { planDigest: gate.planDigest });
      await it().client.request('PUT', '/api/deploy/costs/blocked/budget', { maxMonthly: 1 });
      await gate.claim();
      const result = await gate.run();
      assert.ok(result.kind === 'refused');
      expect([result.step, result.reason]).toStrictEqual(['gate', 'budget_exceeded']);
      expect(result.message).toMatch(/aws_nat_gateway\.n/);
    });

    test('blocks if an invalid usage file prevents an estimate', async () => {
      const gate = await staged('unread', { maxMonthly: 100 }, { 'usage.yml': 'a: [1\nb: 2\n' });
      const result = await gate.run();
      assert.ok(result.kind === 'refused' && result.reason === 'costs_not_readable');
      expect(result.message).toMatch(/line \d/);
    });

    test('shows its figures in the plan and the project', async () => {
      const gate = await staged('figures', { maxMonthly: 100 });
      const plan = (await it().client.get(`/api/deploy/jobs/${gate.jobId}/plan`)).body;
      expect(plan.cost.total).toBe(natMonth);
      expect(plan.cost.diff.difference).toBe(natMonth);
      const { body } = await it().client.get('/api/deploy/costs/figures');
      expect([body.source, body.costs.total]).toStrictEqual(['plan', natMonth]);
    });
  });

  describe('cost history', () => {
    test('has one entry for each completed job, in pages', async () => {
      for (let index = 0; index < 3; index += 1) {
        const gate = await stageGate(it(), { projectId: 'past', files: { 'main.tf': nat } });
        await gate.complete();
      }
      const first = (await it().client.get('/api/deploy/costs/past/history?limit=2')).body;
      expect(first.entries.length).toBe(2);
      expect([first.entries[0].type, first.entries[0].currency]).toStrictEqual(['deploy', 'USD']);
      const rest = (
        await it().client.get(`/api/deploy/costs/past/history?limit=2&cursor=${first.nextCursor}`)
      ).body;
      expect(rest.entries.length).toBe(1);
      expect(rest.nextCursor).toBe(null);
      expect((await it().client.get('/api/deploy/costs/nobody/history')).status).toBe(404);
    });
  });
});
