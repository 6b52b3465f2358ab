import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@deployment-engine/runner-api';
import { readConfig } from '../src/config.ts';
import {
  environmentOf,
  type Folders,
  forkRunner,
  makeFolders,
  makeJob,
  writeRevision,
} from './support/boot.ts';

/** Creates a folder with only a `tofu`: Terraform under that name, which rejects what OpenTofu lacks. */
function installTofu(folders: Folders): string {
  const { terraformPath } = readConfig(environmentOf(folders));
  const folder = join(folders.root, 'bin');
  mkdirSync(folder);
  const script = `#!/bin/sh
[ "$1" = version ] && { echo 'OpenTofu v1.9.0'; exit; }
case "$*" in init*-json*) echo 'init: -json is not an option'; exit 1 ;; esac
exec ${terraformPath} "$@"
`;
  writeFileSync(join(folder, 'tofu'), script, { mode: 0o755 });
  return folder;
}

function outcomeOf(events: RunEvent[]) {
  const last = events.at(-1)?.body;
  return last?.type === 'run_finished' ? last.outcome : undefined;
}

test('without Terraform, the OpenTofu on the PATH plans and applies', async () => {
  using folders = makeFolders();
  const PATH = installTofu(folders);
  expect(readConfig(environmentOf(folders, { PATH })).terraformPath).toBe(join(PATH, 'tofu'));
  // A script cannot start without a shell.
  await using runner = await forkRunner(folders, { PATH, SANDBOX: 'off' });
  const { client } = runner;
  const code = 'resource "terraform_data" "hello" { input = "hello" }';
  const job = makeJob(writeRevision(folders, { 'main.tf': code }));
  await client.put(job.planId, job.plan);
  const planned = await client.finished(job.planId);
  expect(outcomeOf(planned)).toStrictEqual({ kind: 'succeeded' });
  const ready = planned.map(({ body }) => body).find((body) => body.type === 'plan_ready');
  await client.put(job.applyId, job.apply(ready?.digest ?? ''));
  expect(outcomeOf(await client.finished(job.applyId))).toStrictEqual({ kind: 'succeeded' });
  const state = JSON.parse((await client.bytes(`/runs/${job.applyId}/state`)).toString());
  expect(state.resources[0].name).toBe('hello');
  expect((await client.bytes(`/runs/${job.planId}/log`)).toString()).toMatch(/\$ tofu plan /);
});
