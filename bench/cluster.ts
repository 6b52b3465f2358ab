import { startCluster } from '../testing/cluster.ts';
import { deployMany } from '../testing/deploy-many.ts';
import { skipWithoutPostgres } from '../testing/postgres.ts';
import type { Row } from './table.ts';

const deploys = 500;

/** Two gateways, three runners, PostgreSQL: 500 deploys, undisturbed and with one of each killed midway. */
export async function clusterBench(): Promise<Row[]> {
  const skipped = skipWithoutPostgres();
  if (skipped) return [{ what: `${deploys} deploys on a cluster`, ours: `skipped: ${skipped}` }];
  return [await run('undisturbed', false), await run('a gateway and a runner killed', true)];
}

async function run(name: string, disturbed: boolean): Promise<Row> {
  await using cluster = await startCluster({ gateways: 2, runners: 3 });
  const kill = async () => {
    await cluster.gateways[1]?.child.stop('SIGKILL');
    await cluster.runners[2]?.child.stop('SIGKILL');
    await cluster.runners[2]?.restart();
    await cluster.gateways[1]?.restart();
  };
  const started = Date.now();
  const { completed, twice, failed } = await deployMany(cluster, deploys, disturbed ? kill : undefined);
  const seconds = Math.round((Date.now() - started) / 1000);
  return {
    what: `${deploys} deploys, 2 gateways, 3 runners, ${name}`,
    ours: `${completed} completed, ${twice.length} applied twice, ${failed.length} not completed`,
    theirs: `${seconds} s`,
  };
}
