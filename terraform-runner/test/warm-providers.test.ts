import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActiveRun, RunContext } from '../src/runs/run.ts';
import { WarmProviders } from '../src/runs/warm/warm-providers.ts';
import { makeFolders } from './support/boot.ts';
import { makeProvider } from './support/shared-provider.ts';
import { waitUntil } from './support/wait-until.ts';

test('a provider that never gets ready is started once a run, not each time that a processor is idle', async () => {
  using folders = makeFolders();
  const runsDir = join(folders.root, 'runs');
  mkdirSync(runsDir);
  const warnings: unknown[] = [];
  const context = {
    config: { warmProviders: 1, runsDir, providerMirror: undefined },
    sandbox: { mode: 'bwrap', network: 'open', users: undefined, confine: (line: unknown) => line },
    logger: { warn: (...words: unknown[]) => warnings.push(words) },
  } as unknown as RunContext;
  const { path } = makeProvider(folders, 'aws', 'echo started >> starts; exit 1');
  const starts = () => readFileSync(join(folders.root, 'starts'), 'utf8').split('\n').length - 1;
  let looks = 0;
  await using warm = new WarmProviders(context, () => {
    looks += 1;
    return 2;
  });
  const active = { request: { kind: 'plan', egressAllow: [] }, run: { context } } as unknown as ActiveRun;
  warm.enter();
  warm.learn(active, [{ source: 'registry.terraform.io/hashicorp/aws', path }]);
  await waitUntil('it was looked at five times', () => looks >= 5);
  expect([starts(), warm.facts.ready, warnings]).toStrictEqual([1, 0, []]);
  warm.leave();
  await waitUntil('the run has ended', () => starts() === 2);
});
