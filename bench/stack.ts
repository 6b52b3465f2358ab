import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { writeProject } from '../testing/kinds/component-project.ts';
import { awsProblem, type LocalAws, startLocalAws } from '../testing/local-aws.ts';
import { pipelineClient } from '../testing/pipelines.ts';
import { edited, quickRepoOpen } from '../testing/stacks/quick-repo-open.ts';
import { byHandEnvironment, commands, timeShell } from './by-hand.ts';
import { type StackSource, stackRoot } from './stack-root.ts';
import { median, type Row, seconds } from './table.ts';
import { sparesReady } from './warm.ts';

const rounds = 3;
const stack = 'user-platform';
const changed = 'stacks/user-platform/services/notification-service/components/api/microservice.yaml';
const planAndApply = [
  'terraform plan -input=false -no-color -out=tfplan > plan.log',
  'terraform apply -input=false -no-color tfplan > apply.log',
].join(' && ');

/** Durations in ms of the first deploy, of one without a change, and of one with one new image. */
type Laps = { first: number; unchanged: number; image: number };

/**
 * Times the example's stack, a project per component, against the same components as one Terraform root by hand. Quick
 * resources stand in for those that the provider polls for minutes, on both sides.
 */
export async function stackBench(): Promise<Row[]> {
  const problem = awsProblem();
  if (problem) return [{ what: 'a stack with AWS', ours: `skipped: ${problem}` }];
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const aws = await startLocalAws();
  try {
    await using engine = await Engine.start({ gatewayEnv: aws.env, runnerEnv: { WARM_PROVIDERS: '1' } });
    const client = createClient(engine.url);
    const env = await byHandEnvironment(directory, aws.env);
    await client.complete('/api/deploy', {
      projectId: 'first',
      iacCode: 'resource "aws_sqs_queue" "first" {}',
    });
    const [ours, theirs]: [Laps[], Laps[]] = [[], []];
    for (let round = 1; round <= rounds; round += 1) {
      const byHand = await sourceFor(aws, `hand${round}`);
      theirs.push(await handLaps(byHand, join(directory, `${round}`), env));
      const byEngine = await sourceFor(aws, `engine${round}`);
      await sparesReady(client);
      ours.push(await engineLaps(byEngine, client));
      console.error(`  round ${round}: ${lapsText(ours.at(-1))} / ${lapsText(theirs.at(-1))}`);
    }
    return [
      row(`first deploy of a stack of 13 components with autoApprove`, 'first', { ours, theirs }, 2),
      row('the same without a change', 'unchanged', { ours, theirs }, 0.1),
      row('one new image', 'image', { ours, theirs }, 0.5),
    ];
  } finally {
    await aws.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The example with no overlays, so that an environment's name is free, in an empty cloud with the function's code. */
async function sourceFor(aws: LocalAws, environment: string): Promise<StackSource> {
  const variables = { VERSION: 'v1.0.0' };
  await aws.reset();
  const bucket = `/company-lambda-${environment}`;
  await aws.call('s3', { method: 'PUT', path: bucket });
  await aws.call('s3', { method: 'PUT', path: `${bucket}/authorizer/${variables.VERSION}.zip` });
  const files = Object.entries(quickRepoOpen('aws')).filter(([path]) => !path.includes('/environments/'));
  return { files: Object.fromEntries(files), stack, environment, variables };
}

function withNewImage(source: StackSource): StackSource {
  return { ...source, files: edited(source.files, changed, 'tag: "', 'tag: "next-') };
}

async function handLaps(source: StackSource, cwd: string, env: Record<string, string>): Promise<Laps> {
  writeProject(cwd, stackRoot(source));
  const first = await timeShell(commands, { cwd, env });
  const unchanged = await timeShell(planAndApply, { cwd, env });
  writeProject(cwd, stackRoot(withNewImage(source)));
  return { first, unchanged, image: await timeShell(planAndApply, { cwd, env }) };
}

async function engineLaps(source: StackSource, client: ReturnType<typeof createClient>): Promise<Laps> {
  const pipelines = pipelineClient(client, stack);
  const apply = async ({ stack: _, ...body }: StackSource) => {
    const startedAt = performance.now();
    const { status, error } = await pipelines.run('apply', { ...body, autoApprove: true });
    if (status !== 'completed') throw new Error(`deploying the stack: ${status}: ${error}`);
    return performance.now() - startedAt;
  };
  const first = await apply(source);
  const unchanged = await apply(source);
  await sparesReady(client);
  return { first, unchanged, image: await apply(withNewImage(source)) };
}

function row(
  what: string,
  lap: keyof Laps,
  { ours, theirs }: { ours: Laps[]; theirs: Laps[] },
  atMost: number,
): Row {
  const [engine, hand] = [ours, theirs].map((laps) => median(laps.map((each) => each[lap]))) as [
    number,
    number,
  ];
  return {
    what: `${what}, median of ${rounds}`,
    ours: seconds(engine),
    theirs: `${seconds(hand)} as one root by hand`,
    ratio: engine / hand,
    goal: { atMost },
  };
}

function lapsText(laps: Laps | undefined): string {
  return laps ? `${seconds(laps.first)}, ${seconds(laps.unchanged)}, ${seconds(laps.image)}` : '';
}
