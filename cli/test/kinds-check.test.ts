import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const main = join(import.meta.dirname, '../src/main.ts');
const builtIn = join(import.meta.dirname, '../../kinds');
const example = join(import.meta.dirname, '../../examples/notes/kinds');
let kinds = '';

beforeEach(async () => {
  kinds = await mkdtemp(join(tmpdir(), 'kinds-'));
  for (const name of ['SQS', 'CronJob'])
    await cp(join(builtIn, name), join(kinds, name), { recursive: true });
});
afterEach(() => rm(kinds, { recursive: true }));

/** Nothing listens on the address: the check asks no engine. */
const check = (...words: string[]) =>
  promisify(execFile)(process.execPath, [main, '--url', 'http://127.0.0.1:1', 'kinds', 'check', ...words]);

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(kinds, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(kinds, file), text.replace(from, to));
}

test('a folder of kinds, or one kind, has nothing wrong', async () => {
  expect((await check(kinds)).stdout).toBe('CronJob: nothing wrong\nSQS: nothing wrong\n');
  expect((await check(join(kinds, 'SQS'))).stdout).toBe('SQS: nothing wrong\n');
  expect((await check(example)).stdout).toBe('Note: nothing wrong\n');
});

test('problems are printed with their places, as JSON too, and the exit code is 1', async () => {
  await edit('SQS/main.tf', 'count                     = local.dlq ? 1 : 0', 'count = length(var.inputs)');
  await edit('CronJob/kind.yaml', '    infra.scaling: the schedule starts one task\n', '');
  await expect(check(kinds)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /^CronJob: CronJob\/kind\.yaml: no code reads infra\.scaling\.replicas; use it, or name it in noEffect of kind\.yaml\n.*SQS: SQS\/main\.tf:\d+: count of aws_sqs_queue\.dead depends on an input/s,
    ),
  });
  const { stdout } = await check('--json', join(kinds, 'SQS')).catch((error) => error);
  expect(JSON.parse(stdout)).toStrictEqual({
    kinds: [
      {
        kind: 'SQS',
        problems: [
          {
            file: 'main.tf',
            line: expect.any(Number),
            message:
              'count of aws_sqs_queue.dead depends on an input, which a preview does not know yet; let spec decide it',
          },
        ],
      },
    ],
  });
});

test('a folder without kinds is an error', async () => {
  await expect(check(join(kinds, 'SQS/test'))).rejects.toThrow(/no kind\.yaml is in it or its subfolders/);
});
