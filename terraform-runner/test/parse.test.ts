// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { RunRequestInput } from '@deployment-engine/runner-api';
import { outcomeIn, sandboxed, textOf } from './support/attack.ts';
import { bootRunner, type Folders, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import type { Client } from './support/client.ts';

async function parsed(
  client: Client,
  folders: Folders,
  files: Record<string, string>,
  templates: string[] = [],
) {
  const job = makeJob(writeRevision(folders, files));
  const runId = `${job.jobId}-check-1`;
  await client.put(runId, { ...job.validate, kind: 'parse', templates } as RunRequestInput);
  const events = await client.finished(runId);
  const diagnostics = events.flatMap(({ body }) => (body.type === 'diagnostic' ? [body.diagnostic] : []));
  return { job, outcome: outcomeIn(events), diagnostics, text: textOf(events) };
}

for (const mode of ['bwrap', 'off'])
  test(`parsing code evaluates nothing, fetches nothing and starts no provider, with SANDBOX=${mode}`, async () => {
    using folders = makeFolders();
    await using runner = await bootRunner(folders, { sandbox: sandboxed(folders, { SANDBOX: mode }) });
    const marker = join(folders.root, 'marker');
    writeFileSync(marker, 's3cr3t');
    let calls = 0;
    const server = createServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const reads = `locals {\n  a = jsondecode(file("${marker}"))\n  b = tonumber(file("${marker}"))\n}\n`;
    const { job, outcome, diagnostics, text } = await parsed(runner.client, folders, {
      'main.tf': `${reads}resource "evil_thing" "x" {\n  count = local.b\n}\nmodule "far" {\n  source = "http://127.0.0.1:${port}/m.zip"\n}\nterraform {\n  required_providers {\n    evil = { source = "127.0.0.1:${port}/x/evil" }\n  }\n}\n`,
      'm/main.tf': `${reads}module "up" {\n  source = "${folders.root}"\n}\n`,
      'a.auto.tfvars': 'x = 1\nprovider = "aws"\n',
      'b.auto.tfvars.json': '{"provider": "aws", "resource": 1}',
    });
    server.close();
    expect(diagnostics).toStrictEqual([]);
    assert.equal(outcome.kind, 'succeeded', text);
    expect(calls).toBe(0);
    expect(text).not.toMatch(/s3cr3t/);
    const code = join(folders.runs, job.jobId, 'code');
    assert.ok(!existsSync(join(code, '.terraform')), 'nothing is installed');
  });

test('errors of all files are reported at once with their places, without those of the engine’s own files', async () => {
  using folders = makeFolders();
  await using runner = await bootRunner(folders);
  const { outcome, diagnostics } = await parsed(runner.client, folders, {
    'a.tf': 'locals {\n  a =\n}\n',
    'b.tf': 'resorce "x" "y" {}\n',
    'deep/er/c.tf.json': '{\n  "locals": {"a": 1,}\n}\n',
    'm/d.tf': 'output "x" {\n  value = [\n}\n',
    'e.tfvars': 'a = 1\nb = [\n',
    'f.auto.tfvars.json': '{\n  "a": 1,\n  "b"\n}\n',
  });
  const places = [...new Set(diagnostics.map(({ file, line }) => `${file}:${line}`))].sort();
  for (const place of ['a.tf:2', 'b.tf:1', 'deep/er/c.tf.json:2', 'm/d.tf:3', 'f.auto.tfvars.json:4'])
    assert.ok(places.includes(place), `${place} is not in ${places.join(', ')}`);
  assert.ok(places.some((place) => place.startsWith('e.tfvars:')));
  assert.ok(!places.some((place) => /null|~|values\.tf/.test(place)), places.join(', '));
  expect([outcome.kind, outcome.kind === 'failed' && outcome.step]).toStrictEqual(['failed', 'validate']);
});

test('an error in a template is reported at its place', async () => {
  using folders = makeFolders();
  await using runner = await bootRunner(folders);
  const template = 'first\n%{ if x ~}\n${y}\n%{ endfor }';
  const files = { 'main.tf': '', 'a.tpl': template, 'good.tpl': '${x}', 'main.txt': '${' };
  const { diagnostics } = await parsed(runner.client, folders, files, ['a.tpl', 'good.tpl', 'missing.tpl']);
  expect(diagnostics.map(({ file, line, snippet }) => [file, line, snippet])).toStrictEqual([
    ['a.tpl', 4, '%{ endfor }'],
  ]);
});

test('a validation does not start if Terraform has a function that must be absent', async () => {
  using folders = makeFolders();
  await using runner = await bootRunner(folders);
  const job = makeJob(
    writeRevision(folders, { 'main.tf': 'output "x" {\n  value = templatestring("x", {})\n}\n' }),
  );
  const request = { ...job.validate, absentFunctions: ['nothing', 'templatestring'] } as RunRequestInput;
  await runner.client.put(job.validateId, request);
  const outcome = outcomeIn(await runner.client.finished(job.validateId));
  assert.ok(outcome.kind === 'failed' && outcome.step === 'prepare', JSON.stringify(outcome));
  expect(outcome.message).toMatch(/has the function templatestring/);
});
