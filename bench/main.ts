import { loadavg } from 'node:os';
import { costsBench } from './costs.ts';
import { deployBench } from './deploy.ts';
import { manyBench } from './many.ts';
import { pollingBench } from './polling.ts';
import { queueBench } from './queue.ts';
import { startupBench } from './startup.ts';
import { type Row, renderTable } from './table.ts';

/** What `npm run bench -- NAME…` can measure, in the order it is run without a name. */
const benches: Record<string, () => Promise<Row[]>> = {
  startup: startupBench,
  polling: pollingBench,
  queue: queueBench,
  deploy: deployBench,
  many: manyBench,
  costs: async () => {
    await costsBench(); // scores of its own kind, printed by itself
    return [];
  },
};

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(benches);
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
  rows.push(...((await benches[name]?.()) ?? []));
}
console.error(`load average after: ${load()}`);
if (rows.length > 0) console.log(renderTable(rows));
