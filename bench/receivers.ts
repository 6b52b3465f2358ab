import { startRounds } from '../gateway/test/receiver-rounds.ts';
import { startPostgres } from '../testing/postgres.ts';
import type { Row } from './table.ts';

const rounds = 50;
const seed = 2;

/** Tells receivers that die of jobs, by gateways that die. Throws if a message is lost, out of order, or under two ids. */
export async function receiversBench(): Promise<Row[]> {
  const server = await startPostgres();
  try {
    await using staged = await startRounds(server.url, seed);
    const sum = { changes: 0, messages: 0, arrivals: 0, duplicates: 0 };
    for (let round = 1; round <= rounds; round += 1) {
      const figures = await staged.run();
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += figures[name];
      console.error(`round ${round}: ${JSON.stringify(figures)}`);
    }
    return [
      { what: `changes of jobs in ${rounds} rounds`, ours: String(sum.changes) },
      { what: 'messages, none lost and none out of order', ours: String(sum.messages) },
      { what: 'arrivals', ours: String(sum.arrivals) },
      { what: 'of them again under the same id', ours: String(sum.duplicates) },
    ];
  } finally {
    await server.stop();
  }
}
