import assert from 'node:assert/strict';
import { waitFor } from '../../testing/wait.ts';
import { helloCode, onEachGateway } from './support.ts';

onEachGateway((it) => {
  test('a job without a runner stays pending and shows why', async () => {
    const { body } = await it().client.post('/api/deploy', { projectId: 'waiting', iacCode: helloCode });
    expect(body.jobId).toMatch(/^deploy-\d{13}-[a-z0-9]+$/);
    expect({ status: body.status, message: body.message }).toStrictEqual({
      status: 'accepted',
      message: 'Infrastructure deployment started',
    });
    const job = await waitFor('the reason', async () => {
      const answer = await it().client.get(`/api/deploy/status/${body.jobId}`);
      return answer.body.waitingReason ? answer.body : undefined;
    });
    expect(job.status).toBe('pending');
    expect(job.waitingReason).toMatch(/does not answer .*starts when the runner answers again/);
  });

  test('50 concurrent identical requests with one key create one job', async () => {
    const request = { projectId: 'once', iacCode: helloCode };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        it().client.post('/api/deploy', request, { 'idempotency-key': 'k-1' }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.status))).toStrictEqual(new Set([202]));
    expect(new Set(answers.map((answer) => answer.body.jobId)).size).toBe(1);
    const { body } = await it().client.get('/api/deploy/jobs?projectId=once');
    expect(body.jobs.length).toBe(1);
  });

  test('a key reused with another body is 409', async () => {
    const headers = { 'idempotency-key': 'k-2' };
    expect(
      (await it().client.post('/api/deploy', { projectId: 'x', iacCode: helloCode }, headers)).status,
    ).toBe(202);
    const other = await it().client.post('/api/deploy', { projectId: 'y', iacCode: helloCode }, headers);
    expect(other.status).toBe(409);
    expect(other.body.code).toBe('idempotency_key_reused');
  });

  test('a pending job is cancelled at once', async () => {
    const { body } = await it().client.post('/api/deploy/plan', {
      projectId: 'cancelled',
      iacCode: helloCode,
    });
    const cancelled = await it().client.post(`/api/deploy/jobs/${body.jobId}/cancel`, {});
    expect(cancelled.status).toBe(202);
    expect([cancelled.body.status, cancelled.body.endedBy]).toStrictEqual(['cancelled', 'none']);
    const again = await it().client.post(`/api/deploy/jobs/${body.jobId}/cancel`, {});
    expect(again.status).toBe(409);
  });

  test('pages of jobs and projects contain every row once', async () => {
    for (let index = 0; index < 7; index += 1)
      await it().client.post('/api/deploy', { projectId: `page-${index}`, iacCode: helloCode });
    for (const [list, key] of [
      ['jobs', 'jobId'],
      ['projects', 'projectId'],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | null = '';
      do {
        const path: string = `/api/deploy/${list}?limit=3${cursor ? `&cursor=${cursor}` : ''}`;
        const { body } = await it().client.get(path);
        seen.push(...body[list].map((row: Record<string, string>) => row[key]));
        cursor = body.nextCursor;
      } while (cursor);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBeGreaterThanOrEqual(7);
    }
  });

  test('the same code twice is one revision, other variables another', async () => {
    const request = { projectId: 'revisions', iacCode: helloCode };
    await it().client.post('/api/deploy/plan', request);
    await it().client.post('/api/deploy/plan', request);
    await it().client.post('/api/deploy/plan', { ...request, variables: { secret_word: 'swordfish' } });
    const { body } = await it().client.get('/api/deploy/history/revisions');
    expect(body.revisions.map((revision: { revision: number }) => revision.revision)).toStrictEqual([2, 1]);
    expect(body.revisions[1].jobs.length).toBe(2);
    expect(body.revisions[0].variableNames).toStrictEqual(['secret_word']);
    expect(JSON.stringify(body)).not.toMatch(/swordfish/);
  });

  test('healthz answers, readyz names what is missing, metrics are Prometheus text', async () => {
    expect((await it().client.get('/healthz')).status).toBe(200);
    const ready = await it().client.get('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body.checks.database).toBe('ok');
    expect(ready.body.checks.runner).toMatch(/does not answer/);
    const metrics = await it().client.get('/metrics');
    expect(metrics.body).toMatch(/^http_request_duration_seconds_count\{/m);
    const queued = (text: string) => Number(/^jobs_queued (\d+)$/m.exec(text)?.[1]);
    await it().client.post('/api/deploy', { projectId: 'one-more', iacCode: 'locals {}' });
    const after = await it().client.get('/metrics');
    expect(queued(after.body)).toBe(queued(metrics.body) + 1);
    expect(after.body).toMatch(/^jobs_queue_oldest_seconds \d/m);
  });

  test('the OpenAPI document names every endpoint, and the docs page loads', async () => {
    const { body } = await it().client.get('/api/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    for (const path of ['/api/deploy', '/api/deploy/status/{jobId}', '/api/deploy/jobs/{jobId}/events'])
      assert.ok(body.paths[path], path);
    expect((await it().client.get('/api/docs')).status).toBe(200);
    expect((await it().client.get('/api/docs/assets/swagger-ui-bundle.js')).status).toBe(200);
  });

  test('costs before any plan are estimated from the code, as in the documented example', async () => {
    const block = (type: string, count: number) =>
      Array.from({ length: count }, (_, index) => `resource "${type}" "r${index}" {}\n`).join('');
    const iacCode = block('aws_instance', 3) + block('aws_s3_bucket', 2) + block('aws_rds_instance', 1);
    await it().client.post('/api/deploy', { projectId: 'costs', iacCode });
    const { body } = await it().client.get('/api/deploy/costs/costs');
    expect(body.estimated).toBe(true);
    expect(body.message).toBe('Cost estimation completed');
    const { resourceCounts, currency, period, unpriced } = body.costs;
    for (const key of ['compute', 'storage', 'networking', 'database', 'total'])
      assert.equal(typeof body.costs[key], 'number', key);
    expect([currency, period]).toStrictEqual(['USD', 'monthly']);
    const named = new Set(unpriced.map(({ address }: { address: string }) => address));
    for (const address of ['aws_instance.r0', 'aws_instance.r2', 'aws_rds_instance.r0'])
      assert.ok(named.has(address), `${address} has no size, so it is not priced at 0 in silence`);
    expect(resourceCounts).toStrictEqual({ aws_instance: 3, aws_s3_bucket: 2, aws_rds_instance: 1 });
    expect(body.costs.confidence).toBe('unknown');
    expect(body.source).toBe('code');
  });
});
