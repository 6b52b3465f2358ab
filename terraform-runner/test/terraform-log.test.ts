import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxTerraformLogBytes } from '@deployment-engine/contracts';
import { readTerraformLog } from '../src/terraform/terraform-log.ts';
import { applied, sandboxed, shell } from './support/attack.ts';
import { bootRunner, makeFolders, systemPaths } from './support/boot.ts';
import type { Client } from './support/client.ts';

const asked = { terraformLog: 'debug' };
const plain = 'resource "terraform_data" "a" { input = "x" }';
/** Tries everything to make the runner read another file in place of the log. */
const swap = shell(
  'p=$TF_LOG_PATH; rm -f "$p"; mv "$p" "$p.old"; ln -s /etc/passwd "$p"; rm -rf "$(dirname "$p")"; echo through',
);

async function logOf(client: Client, runId: string): Promise<string> {
  return (await client.bytes(`/runs/${runId}/terraform-log`)).toString('utf8');
}

for (const mode of ['bwrap', 'off']) {
  test(`each command's own log exists if requested, with SANDBOX=${mode}`, async () => {
    using folders = makeFolders();
    await using runner = await bootRunner(folders, { sandbox: sandboxed(folders, { SANDBOX: mode }) });
    const { job, outcome } = await applied(runner.client, folders, plain, asked);
    expect(outcome.kind).toBe('succeeded');
    const log = await logOf(runner.client, job.applyId);
    for (const name of ['init', 'plan', 'show', 'apply'])
      expect(log).toMatch(new RegExp(`^== ${name}$`, 'm'));
    expect(log).toMatch(/\[DEBUG\]/);
    expect(log).not.toMatch(/\[TRACE\]/);

    const other = await applied(runner.client, folders, plain);
    expect(await logOf(runner.client, other.job.applyId)).toMatch(/terraform_log_not_found/);
  });

  test(`code that replaces the log file does not reveal another file, with SANDBOX=${mode}`, async () => {
    using folders = makeFolders();
    const sandbox = sandboxed(folders, { SANDBOX: mode, SANDBOX_READ_ONLY_PATHS: systemPaths });
    await using runner = await bootRunner(folders, { sandbox });
    const { job, text } = await applied(runner.client, folders, swap, asked);
    expect(text).toMatch(/through/);
    const log = await logOf(runner.client, job.applyId);
    expect(log).not.toMatch(/root:/);
    if (mode === 'bwrap') expect(log).toMatch(/== apply\n.*\[DEBUG\]/s);
  });
}

test('of a log beyond the limit, the newest lines are kept and the rest is counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  try {
    const line = `${'x'.repeat(99)}\n`;
    const lines = Math.ceil(maxTerraformLogBytes / line.length);
    writeFileSync(join(folder, 'plan.log'), line);
    writeFileSync(join(folder, 'apply.log'), `first\n${line.repeat(lines)}last\n`);
    const log = (await readTerraformLog(folder))?.toString() ?? '';
    expect(log.length).toBeLessThan(maxTerraformLogBytes + 500);
    expect(log).toMatch(/== apply \(\d+ bytes before this are left out\)\nxxx/);
    assert.ok(log.endsWith('last\n\n'));
    expect(log).not.toMatch(/first/);
    const left = Number(/\((\d+) bytes/.exec(log.slice(log.indexOf('== apply')))?.[1]);
    const kept = log.slice(log.indexOf('\n', log.indexOf('== apply')) + 1, -1);
    expect(left + kept.length).toBe('first\n'.length + line.length * lines + 'last\n'.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
