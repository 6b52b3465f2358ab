import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEventBody } from '@deployment-engine/contracts';
import type { RunEvent } from '@deployment-engine/runner-api';
import { EventLog } from './event-log.ts';
import { streamEvents } from './event-stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'events-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (text: string): RunEventBody => ({ type: 'log', step: 'plan', line: text });
const finished: RunEventBody = { type: 'run_finished', outcome: { kind: 'succeeded' } };

async function read(log: EventLog, after = 0, follow = false): Promise<RunEvent[]> {
  let text = '';
  const signal = new AbortController().signal;
  for await (const chunk of streamEvents(log, { after, follow, signal })) text += chunk;
  return text
    .split('\n')
    .filter(Boolean)
    .map((json) => JSON.parse(json));
}

const maxBytes = 1024 * 1024;

function open(name: string): EventLog {
  return new EventLog(join(folder, name), () => {}, assert.fail, maxBytes);
}

test('a log that is opened again goes on with the next number and knows its sources', () => {
  const first = open('again');
  first.append([line('a'), line('b')], { key: 'out', offset: 7 });
  first.close();
  const again = open('again');
  expect(again.offsetOf('out')).toBe(7);
  expect(again.append([line('b')], { key: 'out', offset: 7 })).toStrictEqual([]);
  expect(again.append([line('c')], { key: 'out', offset: 9 })[0]?.seq).toBe(3);
  again.close();
});

test('a batch that was not written completely did not happen', async () => {
  const first = open('torn');
  first.append([line('a')]);
  first.close();
  const whole = readFileSync(join(folder, 'torn'), 'utf8');
  const torn = '{"seq":2,"at":"","body":{"type":"log","step":"plan","line":"b"},"more":true}\n{"seq":3,"at"';
  appendFileSync(join(folder, 'torn'), torn);
  const again = open('torn');
  expect(again.lastSeq).toBe(1);
  expect(readFileSync(join(folder, 'torn'), 'utf8')).toBe(whole);
  again.append([line('c')]);
  expect((await read(again)).map((event) => event.seq)).toStrictEqual([1, 2]);
  again.close();
});

test('followers get every event once, also those written while they read', async () => {
  const log = open('follow');
  const readers = [0, 0, 3, 50].map((after) => read(log, after, true));
  for (let index = 0; index < 100; index++) {
    log.append([line(`line ${index}`)]);
    if (index % 10 === 0) await new Promise(setImmediate);
  }
  log.append([finished]);
  for (const [index, events] of (await Promise.all(readers)).entries()) {
    const from = [0, 0, 3, 50][index] ?? 0;
    expect(events.map((event) => event.seq)).toStrictEqual(
      Array.from({ length: 101 - from }, (_value, position) => from + position + 1),
    );
  }
  log.close();
});

test('a full disk is told once an event cannot be written, and readers still learn the end', async () => {
  symlinkSync('/dev/full', join(folder, 'full'));
  const errors: Error[] = [];
  const log = new EventLog(
    join(folder, 'full'),
    () => {},
    (error) => void errors.push(error),
    maxBytes,
  );
  log.append([{ type: 'step_started', step: 'plan' }]);
  log.append([line('not kept')]);
  log.append([finished]);
  expect((errors[0] as NodeJS.ErrnoException).code).toBe('ENOSPC');
  const signal = new AbortController().signal;
  expect(log.unwritten.map((event) => event.body.type)).toStrictEqual(['step_started', 'run_finished']);
  expect(signal.aborted).toBe(false);
  log.close();
});
