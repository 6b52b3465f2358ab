import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunEvent, RunEventBody } from '@deployment-engine/contracts';
import { EventLog } from './event-log.ts';
import { streamEvents } from './event-stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'events-'));
after(() => rmSync(folder, { recursive: true, force: true }));

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
  assert.equal(again.offsetOf('out'), 7);
  assert.deepEqual(again.append([line('b')], { key: 'out', offset: 7 }), []);
  assert.equal(again.append([line('c')], { key: 'out', offset: 9 })[0]?.seq, 3);
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
  assert.equal(again.lastSeq, 1);
  assert.equal(readFileSync(join(folder, 'torn'), 'utf8'), whole);
  again.append([line('c')]);
  assert.deepEqual(
    (await read(again)).map((event) => event.seq),
    [1, 2],
  );
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
    assert.deepEqual(
      events.map((event) => event.seq),
      Array.from({ length: 101 - from }, (_value, position) => from + position + 1),
    );
  }
  log.close();
});

test('a full disk is told once an event can not be written, and readers still learn the end', async () => {
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
  assert.equal((errors[0] as NodeJS.ErrnoException).code, 'ENOSPC');
  const signal = new AbortController().signal;
  assert.deepEqual(
    log.unwritten.map((event) => event.body.type),
    ['step_started', 'run_finished'],
  );
  assert.equal(signal.aborted, false);
  log.close();
});
