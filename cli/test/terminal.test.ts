import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { JobEventBody } from '@deployment-engine/contracts';
import { waitFor } from '../../testing/wait.ts';
import { jobId } from './fake-engine.ts';
import type { RunOptions } from './support.ts';
import { ctrlC, endTerminals, type OnTerminal, startOnTerminal } from './terminal-kit.ts';
import { withFakeEngine } from './with-fake-engine.ts';

const { folder, engine } = withFakeEngine();
afterEach(endTerminals);

const deploy = (options: RunOptions & { columns?: number } = {}, words: string[] = []) =>
  startOnTerminal(engine().url, ['deploy', '--project', 'shop', ...words], { cwd: folder(), ...options });

const status = (name: 'processing' | 'awaiting_approval' | 'completed'): JobEventBody => ({
  type: 'job_status',
  status: name,
  message: `The job is ${name}.`,
});
const web = { address: 'aws_instance.web', resourceType: 'aws_instance', action: 'create' } as const;
const queue = { address: 'aws_sqs_queue.orders', resourceType: 'aws_sqs_queue', action: 'update' } as const;
const queued: JobEventBody[] = [{ type: 'job_status', status: 'pending', message: 'The job is queued.' }];
const planning: JobEventBody[] = [
  status('processing'),
  { type: 'step_started', step: 'plan' },
  { type: 'progress', percent: 20, finished: 0, planned: 0 },
];
const applying: JobEventBody[] = [
  { type: 'step_started', step: 'apply' },
  { type: 'resource_started', ...web },
  { type: 'resource_started', ...queue },
  { type: 'resource_finished', ...queue, ok: true, elapsedSeconds: 2, id: 'q-1' },
  { type: 'progress', percent: 60, finished: 1, planned: 2 },
];
const applied: JobEventBody[] = [
  { type: 'resource_finished', ...web, ok: true, elapsedSeconds: 3, id: 'i-1' },
  status('completed'),
];

const question = 'Apply these changes to shop? Only "yes" is accepted:';
const ask = /Detach, cancel job \S+, or go on\? \[d\/c\/G\]/;

/** The screen with the time of its first line left out, which is that of the test. */
function shown(terminal: OnTerminal): string {
  return terminal.screen().replace(/^\d\d:\d\d:\d\dZ job/m, '12:00:00Z job');
}

const live = '[############        ] 60 %  apply, 1 of 2 resources: creating aws_instance.web';
const begun = `Sending 1 file (0.0 kB) of .
12:00:00Z job ${jobId}
12:00:00Z The job is queued.
12:00:00Z The job is processing.
12:00:00Z plan begins`;
const plan = `# aws_instance.web will be created
+ aws_instance.web
    + name = "web"
    + type = "t3.small"

# aws_sqs_queue.orders will be changed
~ aws_sqs_queue.orders
    ~ delay = 5 -> 10
      # 1 unchanged

Plan: 1 to create, 1 to change.

${question}`;
const inApply = `12:00:00Z The job is processing.
12:00:00Z approved
12:00:00Z apply begins
12:00:00Z aws_instance.web: creating
12:00:00Z aws_sqs_queue.orders: changing
12:00:00Z aws_sqs_queue.orders: changed after 2 s [id=q-1]`;
const result = `12:00:00Z aws_instance.web: created after 3 s [id=i-1]
shop: 1 created, 1 changed

Outputs:
url = "https://shop.example.org"`;

test.each([80, 140])(
  'at %d columns: progress, plan, question, resources in flight, result',
  async (columns) => {
    const terminal = deploy({ columns });
    engine().emit(...queued, ...planning);
    await terminal.shows('20 %');
    expect(shown(terminal)).toBe(`${begun}\n[####                ] 20 %  plan`);
    engine().emit(status('awaiting_approval'));
    await terminal.shows(question);
    expect(shown(terminal)).toBe(`${begun}\n${plan}`);
    expect(terminal.raw()).toContain('\u001b[32m+\u001b[39m');
    terminal.type('yes\r');
    await waitFor('the approval', () => engine().requests.some((request) => request.endsWith('/approve')));
    engine().emit(...applying);
    await terminal.shows('60 %');
    expect(shown(terminal)).toBe(
      `${begun}\n${plan} yes\n${inApply.replace('12:00:00Z The job is processing.\n', '')}\n${live}`,
    );
    engine().emit(...applied);
    expect(await terminal.ended).toBe(0);
    expect(shown(terminal)).toContain(`q-1]\n${result}`);
  },
);

test('a window that changes while work proceeds shows each line once', async () => {
  const terminal = deploy({ columns: 140 }, ['--auto-approve']);
  const fitted = (columns: number) =>
    waitFor(`a line for ${columns} columns`, () =>
      terminal.screen().endsWith(`\n${live.slice(0, columns - 1)}`),
    );
  engine().emit(...queued, ...planning, ...applying);
  await fitted(140);
  for (const columns of [60, 100, 40]) {
    terminal.resize(columns);
    await fitted(columns);
    engine().emit({ type: 'waiting', reason: `window of ${columns}` });
    await terminal.shows(`window of ${columns}`);
    await fitted(columns);
    const bars = terminal.screen().match(/\[#+ +\]/g);
    assert.equal(bars?.length, 1, terminal.screen());
  }
  engine().emit(...applied);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).not.toMatch(/\[#+ +\]/);
});

test('NO_COLOR leaves out colours, --quiet progress, and --no-input the question', async () => {
  const terminal = deploy({ env: { NO_COLOR: '1' } }, ['--quiet', '--no-input']);
  engine().emit(...queued, ...planning, status('awaiting_approval'));
  expect(await terminal.ended).toBe(3);
  expect(terminal.screen()).toMatch(/^# aws_instance\.web[\s\S]*deployer: job \S+ waits for approval/);
  expect(terminal.screen()).not.toContain('plan begins');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  expect(terminal.raw()).not.toMatch(/\u001b\[\d+m/);
});

test('Ctrl-C while the code is sent ends with 130, and says where to look', async () => {
  engine().before = () => new Promise((resolve) => setTimeout(resolve, 60_000).unref());
  const terminal = deploy();
  await waitFor('the request', () => engine().requests.length > 0);
  terminal.type(ctrlC);
  expect(await terminal.ended).toBe(130);
  expect(terminal.screen().replaceAll('\n', ' ')).toContain('deployer list jobs shows the job');
  expect(engine().requests).toHaveLength(1);
});

const phases: Record<string, JobEventBody[]> = {
  queue: queued,
  plan: [...queued, ...planning],
  apply: [...queued, ...planning, ...applying],
};
const lastLine: Record<string, string> = { queue: 'queued', plan: '20 %', apply: '60 %' };

describe.each(Object.entries(phases))('Ctrl-C in the phase %s', (phase, events) => {
  const interrupted = async () => {
    const terminal = deploy({}, ['--auto-approve']);
    engine().emit(...events);
    await terminal.shows(lastLine[phase] ?? '');
    terminal.type(ctrlC);
    await terminal.shows(ask);
    return terminal;
  };

  test('d detaches: 130, and the job goes on', async () => {
    const terminal = await interrupted();
    terminal.type('d\r');
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen()).toContain(`deployer logs ${jobId} --follow`);
    expect(engine().requests.filter((request) => request.endsWith('/cancel'))).toStrictEqual([]);
  });

  test('a second one detaches too', async () => {
    const terminal = await interrupted();
    terminal.type(ctrlC);
    expect(await terminal.ended).toBe(130);
  });

  test('c cancels: 1, with what became of the job', async () => {
    const terminal = await interrupted();
    terminal.type('c\r');
    expect(await terminal.ended).toBe(1);
    expect(terminal.screen()).toMatch(/deployer: the job was cancelled$/);
    expect(engine().requests).toContain(`POST /api/deploy/jobs/${jobId}/cancel`);
  });

  test('anything else goes on, and shows what came meanwhile', async () => {
    const terminal = await interrupted();
    engine().emit({ type: 'waiting', reason: 'meanwhile' });
    terminal.type('\r');
    await terminal.shows('waits: meanwhile');
    engine().emit(...applied);
    expect(await terminal.ended).toBe(0);
  });
});

test('Ctrl-C at the question leaves the job waiting: 3, with how to approve it', async () => {
  const terminal = deploy();
  engine().emit(...queued, ...planning, status('awaiting_approval'));
  await terminal.shows(question);
  terminal.type(ctrlC);
  expect(await terminal.ended).toBe(3);
  expect(terminal.screen().replaceAll('\n', '')).toContain(
    `deployer --url ${engine().url} approve ${jobId} --plan-digest aaaa`,
  );
  expect(engine().requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
});

test('any other answer than yes cancels', async () => {
  const terminal = deploy();
  engine().emit(...queued, ...planning, status('awaiting_approval'));
  await terminal.shows(question);
  terminal.type('y\r');
  expect(await terminal.ended).toBe(1);
  expect(engine().requests).toContain(`POST /api/deploy/jobs/${jobId}/cancel`);
});

test('login asks for the address and the token, which is not shown', async () => {
  const env = { XDG_CONFIG_HOME: join(folder(), 'config') };
  engine().before = (request, response) => {
    if (request === 'GET /api/deploy/projects')
      response
        .setHeader('content-type', 'application/json')
        .end('{"projects":[],"nextCursor":null}')
        .destroy();
  };
  const terminal = startOnTerminal('http://127.0.0.1:1', ['login', '--no-keychain'], { cwd: folder(), env });
  await terminal.shows('Address of the engine [http://127.0.0.1:1]:');
  terminal.type(`${engine().url}\r`);
  await terminal.shows(/API key or token for \S+:/);
  terminal.type('very-secret\r');
  assert.equal(await terminal.ended, 0, terminal.screen());
  expect(terminal.raw()).not.toContain('very-secret');
  expect(terminal.screen()).toContain(`Logged in to ${engine().url}.`);
});
