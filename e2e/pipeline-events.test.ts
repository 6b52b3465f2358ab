import { pipelineClient } from '../testing/pipelines.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { notesRepository } from '../testing/stacks/notes.ts';

const { client, engine } = sharedEngine();
const stack = pipelineClient(client, 'notes');
const files = notesRepository({
  'a/first': { text: 'one' },
  'a/second': { text: 'two', marks: ['a/first'] },
});

// biome-ignore lint/suspicious/noExplicitAny: events of every shape
type Event = { id: string; type: string; data: any };

/** Reads events after `lastId` until `limit` have come, or until the stream ends. */
async function read(id: string, lastId: string | undefined, limit: number) {
  const abort = new AbortController();
  const response = await fetch(`${engine().url}/api/stacks/pipelines/${id}/events`, {
    signal: abort.signal,
    headers: lastId === undefined ? {} : { 'last-event-id': lastId },
  });
  const events: Event[] = [];
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
      if (fields.data && events.length < limit)
        events.push({ id: fields.id, type: fields.event, data: JSON.parse(fields.data) });
    }
    if (events.length < limit) continue;
    abort.abort();
    return { events, ended: false };
  }
  return { events, ended: true };
}

test('a stream that is dropped again and again has every event of the pipeline and its jobs once, in order', async () => {
  const id = await stack.start('apply', { files, environment: 'streamed', autoApprove: true });
  const events: Event[] = [];
  for (let ended = false, drops = 0; !ended; drops += 1) {
    const part = await read(id, events.at(-1)?.id, drops < 15 ? 3 : Number.POSITIVE_INFINITY);
    events.push(...part.events);
    ended = part.ended;
  }
  const whole = await read(id, undefined, Number.POSITIVE_INFINITY);
  const key = ({ data }: Event) => `${data.jobId ?? 'pipeline'} ${data.seq}`;
  expect(events.map(key).toSorted()).toStrictEqual(whole.events.map(key).toSorted());
  expect(new Set(events.map(key)).size).toBe(events.length);
  const byJob = Map.groupBy(events, ({ data }) => data.jobId ?? 'pipeline');
  for (const of of byJob.values()) {
    const numbers = of.map(({ data }) => data.seq);
    expect(numbers).toStrictEqual(numbers.map((_, index) => index + 1));
  }
  expect(events.at(-1)).toMatchObject({ type: 'pipeline_status', data: { status: 'completed' } });
  const named = events.filter(({ data }) => data.jobId).map(({ data }) => data.component);
  expect([...new Set(named)].toSorted()).toStrictEqual(['a/first', 'a/second']);
});

test('a Last-Event-ID of another kind of stream gives 400', async () => {
  const view = await stack.run('apply', { files, environment: 'ids', autoApprove: true });
  const answer = await fetch(`${engine().url}/api/stacks/pipelines/${view.pipelineId}/events`, {
    headers: { 'last-event-id': 'x' },
  });
  expect(answer.status).toBe(400);
});
