import type { Diagnostic } from '@deployment-engine/contracts';
import { jobId } from './fake-engine.ts';
import { type RunOptions, runDeployer } from './support.ts';
import { withFakeEngine } from './with-fake-engine.ts';

const { folder, engine } = withFakeEngine({ 'infra/main.tf': '# code' });

const deployer = (words: string[], options: RunOptions = {}) =>
  runDeployer(engine().url, words, {
    cwd: folder(),
    ...options,
    env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder(), ...options.env },
  });

/** As the runner reads a line. Source: ActionCommand.cs of https://github.com/actions/runner */
const commands = (text: string) =>
  text.split(/[\r\n]/).filter((line) => line.trimStart().startsWith('::') || line.includes('##['));

const orders =
  '::add-mask::x\n  ::set-output name=url::evil\n##[add-path]/tmp\n\t::stop-commands::z\r::error::y';
const hostile: Diagnostic = {
  severity: 'error',
  code: 'other',
  summary: orders,
  detail: `The provider says:\n${orders}`,
  file: `main.tf\n${orders}`,
  line: 3,
  column: 2,
  endLine: 3,
  endColumn: 4,
  snippet: orders,
  address: orders,
  context: null,
  values: [orders],
};

test('a hostile provider, whatever it says and wherever it is printed, gives no command but our annotation', async () => {
  engine().emit(
    { type: 'waiting', reason: orders },
    { type: 'log', step: 'apply', line: orders },
    { type: 'diagnostic', step: 'apply', diagnostic: hostile },
    { type: 'gate', gate: 'policy', verdict: 'warned', message: orders },
    { type: 'job_status', status: 'failed', message: orders },
  );
  const failure = { step: 'apply', reason: 'terraform_failed', message: orders, retryable: false } as const;
  engine().job = { ...engine().job, error: orders, failure: { ...failure, diagnostics: [hostile] } };
  for (const more of [[], ['--verbose'], ['--quiet']]) {
    const ran = await deployer(['deploy', 'infra', '--project', 'shop', '--auto-approve', ...more]);
    expect(ran.code).toBe(1);
    expect(commands(ran.stdout)).toStrictEqual([]);
    const [annotation, ...others] = commands(ran.stderr);
    expect(others).toStrictEqual([]);
    expect(annotation).toMatch(
      /^::error title=[^,:]*,file=infra\/main\.tf[^,:]*,line=3,col=2::The provider says:%0A/,
    );
    expect(ran.stderr).toContain('set-output');
  }
  const json = await deployer(['status', jobId, '--json']);
  expect(commands(json.stdout + json.stderr)).toStrictEqual([]);
  expect(JSON.parse(json.stdout).error).toBe(orders);
});

test('outside of GitHub Actions there are no annotations', async () => {
  engine().emit(
    { type: 'diagnostic', step: 'plan', diagnostic: { ...hostile, summary: 'Wrong', detail: 'It is.' } },
    { type: 'job_status', status: 'failed', message: 'failed' },
  );
  const { stderr } = await deployer(['plan', 'infra', '--project', 'shop'], { env: { GITHUB_ACTIONS: '' } });
  expect(stderr).toContain('error: Wrong');
  expect(stderr).not.toMatch(/^::/m);
});

test('an error of the command line is an annotation too', async () => {
  const { code, stderr } = await deployer(['plan', 'nowhere', '--project', 'shop']);
  expect(code).toBe(1);
  expect(stderr).toBe(
    'deployer: reading nowhere: there is no such folder\n::error::reading nowhere: there is no such folder\n',
  );
});

test('a plan shows findings of the policy as annotations; a blocking one is an error', async () => {
  const finding = {
    id: 'AWS-S3-001',
    severity: 'high',
    address: 'aws_s3_bucket.b',
    file: null,
    line: null,
    column: null,
    subject: null,
    message: 'it is public',
    pending: false,
    remediation: 'Make it private.',
    howToAllow: '',
    frameworks: {},
  } as const;
  engine().plan = {
    ...engine().plan,
    policy: {
      verdict: 'block',
      findings: [
        { ...finding, mode: 'block' },
        { ...finding, mode: 'warn' },
      ],
      allowed: [],
      truncated: false,
    },
  };
  engine().emit({ type: 'job_status', status: 'completed', message: 'done' });
  const { stderr } = await deployer(['plan', 'infra', '--project', 'shop']);
  const text = 'title=AWS-S3-001::aws_s3_bucket.b: it is public%0AMake it private.';
  expect(commands(stderr)).toStrictEqual([`::error ${text}`, `::warning ${text}`]);
});

test('an output that would be a command is not printed raw', async () => {
  engine().before = (request, response) => {
    if (!request.startsWith('GET /api/deploy/outputs/')) return;
    const outputs = { good: 'https://x', bad: 'x\n::set-output name=a::b' };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ projectId: 'shop', outputs, message: '' })).destroy();
  };
  const raw = (name: string) => deployer(['outputs', name, '--raw', '--project', 'shop']);
  expect(await raw('good')).toMatchObject({ code: 0, stdout: 'https://x' });
  expect(await raw('bad')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('without --raw'),
  });
  const json = await deployer(['outputs', 'bad', '--project', 'shop']);
  expect([commands(json.stdout), JSON.parse(json.stdout)]).toStrictEqual([[], 'x\n::set-output name=a::b']);
});
