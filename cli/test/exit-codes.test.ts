import type { JobErrorReason, JobEventBody, JobView } from '@deployment-engine/contracts';
import type { Command } from 'commander';
import { waitFor } from '../../testing/wait.ts';
import { createProgram } from '../src/program.ts';
import { reportError } from '../src/report-error.ts';
import { startDeployer } from './support.ts';
import { withFakeEngine } from './with-fake-engine.ts';

const { folder, engine } = withFakeEngine();

const start = (words: string[]) =>
  startDeployer(engine().url, [...words, '--project', 'shop'], { cwd: folder() });
const ends = (status: 'completed' | 'failed' | 'awaiting_approval'): JobEventBody => ({
  type: 'job_status',
  status,
  message: status,
});
const failsBy = (reason: JobErrorReason) => () => {
  const failure = { step: 'gate' as const, reason, message: 'because', diagnostics: [], retryable: false };
  engine().job = { ...engine().job, error: 'because', failure };
  engine().emit(ends('failed'));
};
const noChanges = () => {
  engine().plan = {
    ...engine().plan,
    changes: [],
    summary: { ...engine().plan.summary, create: 0, update: 0 },
  };
  engine().emit(ends('completed'));
};
const refuses = () => {
  engine().before = (_request, response) => response.writeHead(409).end('{"error":"no"}').destroy();
};
const apply = ['deploy', '--auto-approve'];

test.each<[code: number, what: string, words: string[], stage: () => void]>([
  [0, 'a job that completes', apply, () => engine().emit(ends('completed'))],
  [0, 'a plan without changes', ['plan', '--detailed-exitcode'], noChanges],
  [0, 'a plan with changes, if nobody asks', ['plan'], () => engine().emit(ends('completed'))],
  [1, 'a job that fails', apply, failsBy('terraform_failed')],
  [1, 'a request that the engine refuses', apply, refuses],
  [2, 'a wrong call', ['deploy', '--nothing'], () => undefined],
  [3, 'a job that waits for approval', ['deploy'], () => engine().emit(ends('awaiting_approval'))],
  [3, 'a job that a policy blocks', apply, failsBy('policy_denied')],
  [3, 'a job that a budget blocks', apply, failsBy('budget_exceeded')],
  [3, 'a job that orphans block', apply, failsBy('unaccounted_objects')],
  [5, 'a plan with changes', ['plan', '--detailed-exitcode'], () => engine().emit(ends('completed'))],
])('code %d: %s', async (code, _what, words, stage) => {
  stage();
  expect(await start(words).ended).toMatchObject({ code });
});

test('code 4: an engine that does not answer', async () => {
  await engine().stop();
  expect(await start(apply).ended).toMatchObject({ code: 4 });
  await engine().listen();
});

test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('code 130: %s', async (signal) => {
  const running = start(apply);
  await waitFor('the command to watch', () => engine().isWatched);
  running.interruptAfter(/Z job/, signal);
  engine().emit({ type: 'waiting', reason: 'for a signal' });
  expect(await running.ended).toMatchObject({ code: 130 });
});

/** Words that a command needs: one for each of its required arguments and options. */
function needed(command: Command): string[] {
  const values: Record<string, string> = { shell: 'bash', id: jobIdOf('deploy'), job: jobIdOf('plan') };
  const argumentWords = command.registeredArguments
    .filter(({ required }) => required)
    .map((each) => each.argChoices?.[0] ?? values[each.name()] ?? '1');
  const optionWords = command.options
    .filter(({ mandatory }) => mandatory)
    .flatMap((option) => [option.long ?? '', option.argChoices?.[0] ?? 'x']);
  return [...argumentWords, ...optionWords];
}
const jobIdOf = (type: JobView['type']) => `${type}-1893456000000-abc12345`;

function leaves(command: Command, above: string[] = []): [words: string[], command: Command][] {
  const inner = command.commands.filter((each) => each.name() !== 'help');
  if (inner.length === 0) return [[above, command]];
  return inner.flatMap((each) => leaves(each, [...above, each.name()]));
}

/** These ask no engine, or read standard input first. */
const others = [
  'completion',
  'version',
  'init',
  'mcp',
  'kinds check',
  'stack init',
  'service add',
  'secrets set',
  'login',
];

test('every command has --json, with which an error is one line of JSON on standard error', async () => {
  const commands = leaves(await createProgram('all')).filter(([words]) => !others.includes(words.join(' ')));
  expect(commands.length).toBeGreaterThan(40);
  const [output, errors] = [jest.spyOn(console, 'log'), jest.spyOn(console, 'error')];
  try {
    for (const [words, command] of commands) {
      const call = [...words, ...needed(command), '--json', '--url', 'http://127.0.0.1:1'];
      const error = await run(call);
      errors.mockClear();
      const code = reportError(error, true);
      const printed = errors.mock.calls.map(([text]) => text);
      expect([call, printed.length]).toStrictEqual([call, 1]);
      expect(JSON.parse(printed[0])).toMatchObject({
        exitCode: code,
        error: { message: expect.any(String) },
      });
    }
    expect(output.mock.calls).toStrictEqual([]);
  } finally {
    output.mockRestore();
    errors.mockRestore();
  }
});

async function run(words: string[]): Promise<unknown> {
  try {
    const program = await createProgram(words);
    await program.parseAsync(['node', 'deployer', ...words]);
  } catch (error) {
    return error;
  }
  throw new Error(`deployer ${words.join(' ')} has no error, though no engine answers`);
}
