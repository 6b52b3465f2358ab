import assert from 'node:assert/strict';
import { sharedEngine } from '../testing/shared-engine.ts';
import { readEvents, type SseEvent } from '../testing/sse.ts';

const { client, engine } = sharedEngine();

const chain = `${Array.from(
  { length: 12 },
  (_, index) =>
    `resource "terraform_data" "r${index}" {\n  input = ${index === 0 ? '0' : `terraform_data.r${index - 1}.output + 1`}\n}\n`,
).join('')}`;

test('a stream dropped and resumed 20 times has every event once and in order', async () => {
  const { body } = await client.post('/api/deploy', { projectId: 'streamed', iacCode: chain });
  const url = `${engine().url}/api/deploy/jobs/${body.jobId}/events`;
  const events: SseEvent[] = [];
  let drops = 0;
  for (let ended = false; !ended; drops += 1) {
    const limit = drops < 20 ? 3 : Number.POSITIVE_INFINITY;
    const part = await readEvents(url, events.at(-1)?.id, limit);
    events.push(...part.events);
    ended = part.ended;
  }
  assert.ok(drops > 20, `${drops} drops`);
  expect(events.map((event) => event.id)).toStrictEqual(events.map((_, index) => index + 1));
  const whole = await readEvents(url, undefined, Number.POSITIVE_INFINITY);
  expect(whole.events).toStrictEqual(events);
  expect(events.at(-1)?.data.status).toBe('completed');
});

test('progress only grows, through the steps and then with finished resources', async () => {
  const job = await client.complete('/api/deploy', { projectId: 'progress', iacCode: chain });
  const { events } = await readEvents(
    `${engine().url}/api/deploy/jobs/${job.jobId}/events`,
    undefined,
    Number.POSITIVE_INFINITY,
  );
  const progress = events.filter((event) => event.type === 'progress').map((event) => event.data);
  expect([...new Set(progress.map((data) => data.finished))]).toStrictEqual(
    Array.from({ length: 13 }, (_, index) => index),
  );
  const percents = progress.map((data) => data.percent);
  expect(percents).toStrictEqual(percents.toSorted((a, b) => a - b));
  assert.ok((percents[0] ?? 0) > 0 && percents.at(-1) === 99, `${percents}`);
  assert.ok(percents.filter((percent) => percent < 30).length >= 3, 'init and plan have a share');
});

test('a listener that has every event of an ended job gets 204', async () => {
  const job = await client.complete('/api/deploy', { projectId: 'ended', iacCode: chain });
  const url = `${engine().url}/api/deploy/jobs/${job.jobId}/events`;
  const { events } = await readEvents(url, undefined, Number.POSITIVE_INFINITY);
  const answer = await fetch(url, { headers: { 'last-event-id': String(events.at(-1)?.id) } });
  expect(answer.status).toBe(204);
});

test('a Last-Event-ID that is not a number gives 400', async () => {
  const job = await client.complete('/api/deploy', { projectId: 'bad-id', iacCode: chain });
  const answer = await client.request('GET', `/api/deploy/jobs/${job.jobId}/events`, undefined, {
    'last-event-id': 'x',
  });
  expect(answer.status).toBe(400);
});
