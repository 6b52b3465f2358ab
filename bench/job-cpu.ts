import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { median, type Row } from './table.ts';

const rounds = 3;
const jobs = 50;
/** The runner's default number of slots on two cores. */
const atOnce = 2;
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

type Cpu = { gateway: number; runner: number; children: number };

/** Measures the processor time that a small deploy costs each process, from /proc/PID/stat, with the embedded database. */
export async function jobCpuBench(): Promise<Row[]> {
  const code = await readFile(join(import.meta.dirname, 'stacks/one-resource.tf'), 'utf8');
  const measured: Cpu[] = [];
  for (let round = 1; round <= rounds; round += 1) measured.push(await measure(code));
  const of = (part: keyof Cpu) => median(measured.map((each) => each[part]));
  return [
    row('gateway', of('gateway'), 40),
    row("the runner's own process", of('runner'), 30),
    row("the runner's ended children", of('children')),
  ];
}

function row(what: string, milliseconds: number, atMost?: number): Row {
  return {
    what: `processor time of a deploy of one builtin resource, ${what}, median of ${rounds} × ${jobs}`,
    ours: `${milliseconds.toFixed(0)} ms`,
    ...(atMost === undefined ? {} : { ratio: milliseconds, goal: { atMost } }),
  };
}

async function measure(code: string): Promise<Cpu> {
  await using engine = await Engine.start({ runnerEnv: { RUNNER_SLOTS: String(atOnce) } });
  const client = createClient(engine.url);
  await deployAll(client, code, 'warm-up', 4);
  const before = readCpu(engine);
  await deployAll(client, code, 'project', jobs);
  const after = readCpu(engine);
  const each = (part: keyof Cpu) => (after[part] - before[part]) / jobs;
  return { gateway: each('gateway'), runner: each('runner'), children: each('children') };
}

async function deployAll(client: ReturnType<typeof createClient>, code: string, name: string, count: number) {
  const ids = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const body = { projectId: `${name}-${index}`, iacCode: code };
      const answer = await client.post('/api/deploy', body);
      if (answer.status !== 202) throw new Error(`POST /api/deploy: ${answer.status}`);
      return String(answer.body.jobId);
    }),
  );
  for (const id of ids.toReversed()) {
    const { status } = await client.finished(id, 600_000);
    if (status !== 'completed') throw new Error(`job ${id} ended as ${status}`);
  }
}

function readCpu(engine: Engine): Cpu {
  const gateway = milliseconds(engine.gateway?.process.pid);
  const runner = milliseconds(engine.runner?.process.pid);
  return { gateway: gateway.own, runner: runner.own, children: runner.children };
}

/** Fields 14 to 17 of proc(5) `stat`: user and system time of the process and of the children it has waited for. */
function milliseconds(pid: number | undefined): { own: number; children: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
  return {
    own: ((utime + stime) * 1000) / ticksPerSecond,
    children: ((cutime + cstime) * 1000) / ticksPerSecond,
  };
}
