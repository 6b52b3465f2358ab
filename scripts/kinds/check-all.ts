// Plans and applies every kind on a local AWS and prints a table. Usage:
// node scripts/bootstrap.mjs scripts/kinds/check-all.ts [--plan] [--json FILE] [--at-once N] [--limit SECONDS] [KIND…]
// --limit is for each step of a kind: apply, second plan, update, destroy.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Json } from '@deployment-engine/stacks';
import pLimit from 'p-limit';
import { createExisting } from '../../testing/kinds/existing-objects.ts';
import type { Surroundings } from '../../testing/kinds/kind-project.ts';
import { unusedSurroundings, writeKindProject } from '../../testing/kinds/kind-project.ts';
import { type ShippedKind, shippedKinds } from '../../testing/kinds/shipped.ts';
import { terraformJson, terraformRun } from '../../testing/kinds/terraform-run.ts';
import { startLocalAws } from '../../testing/local-aws.ts';
import { applyKind } from './apply-kind.ts';
import { planKind } from './plan-kind.ts';
import { type KindResult, resultsTable } from './results.ts';

/** What a local AWS lacks: the test is applied with another spec. */
const overSpecs: Record<string, object> = {
  EFS: { backup: { enabled: false } },
  RDS: { deletionProtection: false },
};

if (import.meta.main) await main();

async function main(): Promise<void> {
  const options = {
    plan: { type: 'boolean' },
    json: { type: 'string' },
    'at-once': { type: 'string', default: '1' },
    limit: { type: 'string', default: '75' },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const kinds = shippedKinds();
  const names = positionals.length > 0 ? positionals : [...kinds.keys()];
  const root = mkdtempSync(join(tmpdir(), 'kinds-'));
  const aws = await startLocalAws();
  const env = { ...aws.env, TF_PLUGIN_CACHE_DIR: '' };
  const earlier = values.json && existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : {};
  const results: Record<string, KindResult> = earlier;
  try {
    const existing = inNetwork(await createExisting(aws));
    const around = values.plan ? undefined : await foundation(join(root, 'network'), kinds, env);
    const planning = pLimit(1); // planning computes, applying mostly waits
    const limitMs = Number(values.limit) * 1000;
    const applying = pLimit(Number(values['at-once']));
    const check = async (name: string) => {
      const shipped = kinds.get(name);
      if (!shipped) throw new Error(`checking kinds: there is no kind ${name}`);
      const planned = await planning(() => planKind(join(root, `${name}-plans`), shipped, existing, env));
      const applied =
        around && (await applyKind(join(root, name), shipped, around, env, limitMs, overSpecs[name]));
      results[name] = { planned, applied: applied ?? results[name]?.applied };
      console.log(JSON.stringify({ name, ...results[name] }));
      if (values.json) writeFileSync(values.json, JSON.stringify(results, null, 1));
    };
    await Promise.all(names.map((name) => applying(() => check(name))));
    console.log(resultsTable(results));
  } finally {
    await aws.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Applies the foundation once; the other kinds are placed in its network. */
async function foundation(
  folder: string,
  kinds: Map<string, ShippedKind>,
  env: Record<string, string>,
): Promise<Surroundings> {
  const shipped = kinds.get('Foundation');
  const [plain] = shipped?.tests.filter(({ name }) => name === 'plain') ?? [];
  if (!shipped || !plain) throw new Error('checking kinds: the foundation has no test plain');
  writeKindProject(folder, [{ name: 'network', kind: shipped.kind, test: plain }]);
  const outputs = shipped.kind.outputs.map(
    (name) => `output "${name}" {\n  value = module.network.${name}\n}\n`,
  );
  writeFileSync(join(folder, 'outputs.tf'), outputs.join(''));
  for (const args of [['init'], ['apply', '-auto-approve']]) {
    const run = await terraformRun(folder, args, env);
    if (run.exitCode !== 0) throw new Error(`applying the foundation: ${run.output.slice(-2000)}`);
  }
  const shown = (await terraformJson(folder, ['output', '-json'], env)) as Record<string, { value: Json }>;
  const pick = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, shown[name]?.value ?? null]));
  return {
    network: pick('vpcId', 'privateSubnetIds', 'publicSubnetIds', 'internalCidrs'),
    platform: pick('clusterArn', 'clusterName', 'namespaceId', 'namespaceName'),
  };
}

function inNetwork(vpcId: string): Surroundings {
  const { network, platform } = unusedSurroundings;
  return { network: { ...(network as object), vpcId }, platform };
}
