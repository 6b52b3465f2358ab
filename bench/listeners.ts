import { get } from 'node:http';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { waitFor } from '../testing/wait.ts';
import { residentMb } from './scale.ts';
import type { Row } from './table.ts';

const listeners = 1000;
const links = 10;

/** A thousand listeners on one job: does each get every event once, how late is the last, how much memory. */
export async function listenersBench(): Promise<Row[]> {
  await using engine = await Engine.start();
  const client = createClient(engine.url);
  const code = Array.from(
    { length: links },
    (_, index) =>
      `resource "terraform_data" "r${index}" {\n  input = ${index === 0 ? 1 : `terraform_data.r${index - 1}.output`}\n}\n`,
  ).join('');
  const waiting = await client.post('/api/deploy', { projectId: 'heard', iacCode: code, autoApprove: false });
  const { jobId } = waiting.body;
  const planned = await client.finished(jobId);
  const before = residentMb(engine.gateway?.pid ?? 0);
  const ends: number[] = [];
  const counts: number[] = [];
  for (let index = 0; index < listeners; index += 1)
    listen(`${engine.url}/api/deploy/jobs/${jobId}/events`, (events) => {
      counts.push(events);
      ends.push(Date.now());
    });
  await waitFor('the listeners', async () => {
    const metrics = (await client.get('/metrics')).body as string;
    return new RegExp(`^sse_listeners ${listeners}$`, 'm').test(metrics);
  });
  const during = residentMb(engine.gateway?.pid ?? 0);
  await client.post(`/api/deploy/jobs/${jobId}/approve`, { planDigest: planned.planDigest });
  const job = await client.endOf(jobId);
  await waitFor('every listener to hear the end', () => ends.length === listeners);
  const lateMs = Math.max(...ends) - Date.parse(job.endTime ?? '');
  const same = new Set(counts).size === 1;
  return [
    {
      what: `${listeners} SSE listeners on one job`,
      ours: `${same ? `each heard all ${counts[0]} events` : 'NOT all heard the same'}; the last heard the end ${lateMs} ms after it`,
      theirs: `memory ${before} MB before, ${during} MB with them`,
    },
  ];
}

function listen(url: string, onEnd: (events: number) => void): void {
  get(url, (response) => {
    let events = 0;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      events += chunk.split('\nevent: ').length - 1;
    });
    response.on('end', () => onEnd(events));
  });
}
