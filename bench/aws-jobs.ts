import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { awsProblem, startLocalAws } from '../testing/local-aws.ts';
import { byHandEnvironment, commands, timeShell, writeProject } from './by-hand.ts';
import { median, type Row, seconds } from './table.ts';
import { sparesReady } from './warm.ts';

const rounds = 5;
const projects = 12;

/** Times plans of an unchanged project, validations, and twelve projects at once, against Terraform by hand. */
export async function awsJobsBench(): Promise<Row[]> {
  const problem = awsProblem();
  if (problem) return [{ what: 'plans and validations with AWS', ours: `skipped: ${problem}` }];
  const iacCode = await readFile(join(import.meta.dirname, 'stacks/six-resources.tf'), 'utf8');
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const aws = await startLocalAws();
  try {
    await using engine = await Engine.start({ gatewayEnv: aws.env, runnerEnv: { WARM_PROVIDERS: '1' } });
    const client = createClient(engine.url);
    const env = await byHandEnvironment(directory, aws.env);
    const cwd = join(directory, 'by-hand');
    await writeProject(cwd, iacCode);
    await timeShell(commands, { cwd, env });
    await aws.reset();
    await timeShell('rm -f terraform.tfstate', { cwd, env });
    await client.complete('/api/deploy', { projectId: 'unchanged', iacCode });
    const plan = await inTurn(
      async () => {
        await sparesReady(client);
        return timed(() => client.complete('/api/deploy/plan', { projectId: 'unchanged', iacCode }));
      },
      () => timeShell('terraform plan -input=false -no-color > plan.log', { cwd, env }),
    );
    const validation = await inTurn(
      () => timed(() => client.post('/api/deploy/validate', { iacCode })),
      () => timeShell('terraform validate -no-color > validate.log', { cwd, env }),
    );
    return [
      row(`plan of an unchanged project with six AWS resources, median of ${rounds}`, plan, 'plan', 0.5),
      row(
        `validation of the same code, one after another, median of ${rounds}`,
        validation,
        'validate',
        0.25,
      ),
      await twelveProjects(client, iacCode, { directory, env, reset: () => aws.reset() }),
    ];
  } finally {
    await aws.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

type Times = { ours: number[]; theirs: number[] };

async function inTurn(ours: () => Promise<number>, theirs: () => Promise<number>): Promise<Times> {
  const times: Times = { ours: [], theirs: [] };
  for (let round = 1; round <= rounds; round += 1) {
    times.theirs.push(await theirs());
    times.ours.push(await ours());
    console.error(
      `  round ${round}: ${seconds(times.ours.at(-1) ?? 0)} / ${seconds(times.theirs.at(-1) ?? 0)}`,
    );
  }
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function row(what: string, { ours, theirs }: Times, command: string, atMost: number): Row {
  return {
    what,
    ours: seconds(median(ours)),
    theirs: `${seconds(median(theirs))} by terraform ${command}`,
    ratio: median(ours) / median(theirs),
    goal: { atMost },
  };
}

async function twelveProjects(
  client: ReturnType<typeof createClient>,
  iacCode: string,
  hand: { directory: string; env: Record<string, string>; reset(): Promise<void> },
): Promise<Row> {
  await hand.reset();
  const names = Array.from({ length: projects }, (_, index) => `p${index}`);
  const codeOf = (name: string) => iacCode.replaceAll('bench-', `${name}-bench-`);
  let theirs = 0;
  for (const name of names) {
    const cwd = join(hand.directory, name);
    await writeProject(cwd, codeOf(name));
    theirs += await timeShell(commands, { cwd, env: hand.env });
  }
  await hand.reset();
  await sparesReady(client);
  const ours = await timed(() =>
    Promise.all(
      names.map((projectId) => client.complete('/api/deploy', { projectId, iacCode: codeOf(projectId) })),
    ),
  );
  return {
    what: `${projects} independent AWS projects of six resources at once`,
    ours: seconds(ours),
    theirs: `${seconds(theirs)} one after another by hand`,
    ratio: ours / theirs,
    goal: { atMost: 0.3 },
  };
}
