import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writePackage } from '../scripts/npm-package/write-package.ts';
import { Engine } from '../testing/engine.ts';
import { median, type Row } from './table.ts';

const rounds = 21;
const code = 'resource "terraform_data" "a" {\n  input = "x"\n}\n';
/** Does what `status` must do at least: one request, one answer. */
const bareFetch =
  'const answer = await fetch(process.argv[1]); if (!answer.ok) throw new Error(); await answer.json();';

/** Times whole processes of the npm package, in turn: Node alone, `--version`, a bare fetch of a status, and `status`. */
export async function commandLineBench(): Promise<Row[]> {
  await using engine = await Engine.start();
  const folder = join(engine.directory, 'npm-package');
  await writePackage(folder);
  const deployer = join(folder, 'bin/deployer.js');
  const jobId = await deploy(engine.url);
  const status = `${engine.url}/api/deploy/status/${jobId}`;
  const commands = {
    node: ['-e', '0'],
    version: [deployer, '--version'],
    fetch: ['--input-type=module', '-e', bareFetch, status],
    status: [deployer, '--url', engine.url, 'status', jobId],
  };
  const times = { node: [], version: [], fetch: [], status: [] } as Record<keyof typeof commands, number[]>;
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, words] of Object.entries(commands)) {
      const took = await timed(words);
      if (round > 0) times[name as keyof typeof commands].push(took); // the first one fills caches
    }
  const [node, version, fetched, shown] = Object.values(times).map(median) as [
    number,
    number,
    number,
    number,
  ];
  return [
    {
      what: `deployer --version, median of ${rounds} (goal: 120 ms)`,
      ours: ms(version),
      theirs: `${ms(node)} for node -e 0`,
      ratio: version / node,
    },
    {
      what: `deployer status, median of ${rounds}`,
      ours: ms(shown),
      theirs: `${ms(fetched)} for a bare fetch`,
      ratio: shown / fetched,
      goal: { atMost: 1.5 },
    },
  ];
}

async function deploy(url: string): Promise<string> {
  const response = await fetch(`${url}/api/deploy`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ projectId: 'bench', iacCode: code }),
  });
  return ((await response.json()) as { jobId: string }).jobId;
}

async function timed(words: string[]): Promise<number> {
  const started = performance.now();
  await promisify(execFile)(process.execPath, words);
  return performance.now() - started;
}

function ms(time: number): string {
  return `${time.toFixed(0)} ms`;
}
