import { loadavg } from 'node:os';
import { awsJobsBench } from './aws-jobs.ts';
import { chaosBench } from './chaos.ts';
import { chaosStackBench } from './chaos-stack.ts';
import { clusterBench } from './cluster.ts';
import { commandLineBench } from './command-line.ts';
import { costsBench } from './costs.ts';
import { deployBench } from './deploy.ts';
import { deploymentsBench } from './deployments.ts';
import { jobCpuBench } from './job-cpu.ts';
import { listenersBench } from './listeners.ts';
import { manyBench } from './many.ts';
import { orphansBench } from './orphans.ts';
import { pollingBench } from './polling.ts';
import { preflightBench } from './preflight.ts';
import { queueBench } from './queue.ts';
import { receiversBench } from './receivers.ts';
import { resolveBench } from './resolve.ts';
import { sandboxBench } from './sandbox.ts';
import { scaleBench } from './scale.ts';
import { stackBench } from './stack.ts';
import { startupBench } from './startup.ts';
import { type Row, renderTable } from './table.ts';
import { tailsBench } from './tails.ts';

/** Benches by name; `npm run bench -- NAME…` runs some, without names all in this order. */
const benches: Record<string, (options: string[]) => Promise<Row[]>> = {
  startup: startupBench,
  polling: pollingBench,
  queue: queueBench,
  deploy: deployBench,
  jobs: awsJobsBench,
  sandbox: sandboxBench,
  many: manyBench,
  cpu: jobCpuBench,
  preflight: preflightBench,
  costs: costsBench,
  resolve: resolveBench,
  scale: scaleBench,
  deployments: deploymentsBench,
  listeners: listenersBench,
  tails: tailsBench,
  orphans: orphansBench,
  cluster: clusterBench,
  stack: stackBench,
  'command-line': commandLineBench,
  chaos: async (options) => {
    await chaosBench(options); // prints a line per round and its own table
    return [];
  },
  'chaos-stack': chaosStackBench,
  receivers: receiversBench,
};
/** Take minutes to hours: run only by name. */
const onlyByName = ['cluster', 'stack', 'chaos', 'chaos-stack', 'receivers'];

const firstOption = process.argv.findIndex((argument, index) => index > 1 && argument.startsWith('-'));
const wanted = process.argv.slice(2, firstOption === -1 ? undefined : firstOption);
const options = firstOption === -1 ? [] : process.argv.slice(firstOption);
const names = wanted.length > 0 ? wanted : Object.keys(benches).filter((name) => !onlyByName.includes(name));
const unknown = names.filter((name) => !benches[name]);
if (unknown.length > 0) {
  console.error(`measuring: no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(1);
}

const load = () =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
const rows: Row[] = [];
console.error(`load average before: ${load()}`);
for (const name of names) {
  console.error(`${name}…`);
  try {
    rows.push(...((await benches[name]?.(options)) ?? []));
  } catch (error) {
    console.error(error); // the figures of the others are not lost
    process.exitCode = 1;
  }
}
console.error(`load average after: ${load()}`);
if (rows.length > 0) console.log(renderTable(rows));
