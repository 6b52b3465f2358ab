import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { testUnless } from '../../scripts/jest/unless.ts';
import { applied, offAndOn, plannedOutput, sandboxed, shell, startApply } from './support/attack.ts';
import { bootRunner, makeFolders, systemPaths } from './support/boot.ts';
import { token } from './support/client.ts';
import { processesIn, processesWith } from './support/processes.ts';
import { waitUntil } from './support/wait-until.ts';

const withShell = { SANDBOX_READ_ONLY_PATHS: systemPaths };
const output = (expression: string) => `output "attack" { value = ${expression} }`;

test('code cannot read its own environment', () =>
  offAndOn(
    async ({ client, folders }) =>
      (await plannedOutput(client, folders, output('try(length(file("/proc/self/environ")) > 0, false)'))) ===
      true,
  ));

test("code cannot find the runner's secrets in /proc", () => {
  process.env.RUNNER_TEST_SECRET = token; // this process is the runner; its initial environment is in /proc
  // Processes that end while they are listed make `fileset` fail, so the code also knows the right one.
  const names = `setunion(try(fileset("/proc", "*/environ"), toset([])), toset(["${process.pid}/environ"]))`;
  const found = `anytrue([for name in ${names} : try(length(file("/proc/\${name}")) > 0, false)])`;
  return offAndOn(
    async ({ client, folders }) => (await plannedOutput(client, folders, output(found))) === true,
  );
});

test("code cannot read this machine's files", () =>
  offAndOn(async ({ client, folders }) => {
    const marker = join(folders.root, 'marker');
    writeFileSync(marker, 'a secret');
    const reads = `try(file("${marker}") == "a secret", false) || fileexists("/etc/passwd") || fileexists("/bin/sh")`;
    return (await plannedOutput(client, folders, output(reads))) === true;
  }));

test("code cannot read another project's files, state or requests", () =>
  offAndOn(async ({ client, folders }) => {
    await applied(client, folders, 'resource "terraform_data" "victim" { input = "s3cr3t" }');
    const files = `setunion(fileset("${folders.runs}", "*/*"), fileset("${folders.runs}", "*/state/*"))`;
    const victims = `anytrue([for name in ${files} : try(strcontains(file("${folders.runs}/\${name}"), "s3cr3t"), false)])`;
    const requests = `length(fileset("${folders.runs}", "*/runs/*/*")) > 0`;
    return (await plannedOutput(client, folders, output(`${victims} || ${requests}`))) === true;
  }));

test("code cannot learn where the engine's folders are", () =>
  offAndOn(async ({ client, folders }) => {
    const said = '"${path.cwd} ${abspath(path.module)} ${abspath("x")} ${pathexpand("~")}"';
    const paths = String(await plannedOutput(client, folders, output(said)));
    assert.ok(paths.includes(folders.root) || paths.split(' ').every((path) => path.startsWith('/project')));
    return paths.includes(folders.root);
  }));

test('a provisioner finds no shell', () =>
  offAndOn(async ({ client, folders }) => {
    const marker = join(folders.root, 'marker');
    await applied(client, folders, shell(`echo was here > ${marker}`));
    return existsSync(marker);
  }));

test('with a shell allowed by the operator, code can only write where Terraform writes', async () => {
  using folders = makeFolders();
  await using runner = await bootRunner(folders, { sandbox: sandboxed(folders, withShell) });
  const attempts = [
    'echo x >> main.tf',
    'touch new',
    'touch ../plan/plan.tfplan',
    'ls ../runs || ls ../files.json || ls ../egress',
    'touch ../terraform.tfrc',
    'touch /new',
    'touch /dev/new',
    'mount -t tmpfs none /tmp',
    'unshare --user true',
  ];
  const tries = attempts.map((attempt) => `( ${attempt} ) 2> /dev/null && echo "worked: ${attempt}"`);
  const script = `${tries.join('\n')}\nid -u; cat /proc/version 2>&1; echo through`;
  const { outcome, text } = await applied(runner.client, folders, shell(script));
  assert.equal(outcome.kind, 'succeeded', text);
  expect(text).toMatch(/through/);
  expect(text).not.toMatch(/local-exec\): worked/);
  expect(text).toMatch(/local-exec\): 65534/);
});

test('code cannot reach a listener on this machine', () =>
  offAndOn(async ({ client, folders }) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    const port = await waitUntil('it listens', () => (server.address() as { port: number } | null)?.port);
    await applied(client, folders, shell(`exec 3<>/dev/tcp/127.0.0.1/${port}`, '/bin/bash'));
    server.close();
    return connections > 0;
  }, withShell));

test('a process cannot allocate too much memory', () =>
  offAndOn(
    async ({ client, folders }) => {
      // dd reserves its buffer; it reads nothing, so it never touches the memory.
      const reserve = shell('dd if=/dev/null of=/dev/null bs=3500M count=1');
      return (await applied(client, folders, reserve)).outcome.kind === 'succeeded';
    },
    { ...withShell, SANDBOX_MEMORY_MB: '3072' },
  ));

test('a run cannot start too many processes', () =>
  offAndOn(
    async ({ client, folders }) => {
      const fork = 'n=0; while [ $n -lt 100 ]; do sleep 2 & n=$((n + 1)); done; wait';
      const { text } = await applied(client, folders, shell(fork));
      return !/fork/i.test(text);
    },
    { ...withShell, SANDBOX_PROCESSES: '80' },
  ));

test('a run that writes too large a file is stopped', () =>
  offAndOn(
    async ({ client, folders }) => {
      const write = shell('head -c 20000000 /dev/zero > "$TMPDIR/large"');
      return (await applied(client, folders, write)).outcome.kind === 'succeeded';
    },
    { ...withShell, SANDBOX_FILE_MB: '16' },
  ));

test('a process that left the session ends with the run', () =>
  offAndOn(async ({ client, folders }) => {
    const mark = `${process.pid}${Date.now() % 100_000}`;
    const job = await startApply(client, folders, shell(`setsid sleep 30.${mark} & sleep 60`));
    await waitUntil('it has left', () =>
      processesWith(`sleep 30.${mark}`).some(({ commandLine }) => commandLine.startsWith('sleep')),
    );
    await client.cancel(job.applyId, 0.2);
    await client.finished(job.applyId);
    await waitUntil('Terraform is gone', () => processesWith(folders.root).length === 0);
    // The kernel ends the members of a pid namespace after its first process, not at the same moment.
    const survives = await waitUntil(
      'it is gone',
      () => processesWith(`sleep 30.${mark}`).length === 0,
      3000,
    ).then(
      () => false,
      () => true,
    );
    for (const { pid } of processesIn(folders.root)) process.kill(pid, 'SIGKILL');
    return survives;
  }, withShell));

testUnless(process.getuid?.() !== 0 && 'the runner is not root here')(
  'where the runner is root, each job has a user of its own, who owns only what Terraform writes',
  async () => {
    using folders = makeFolders();
    await using runner = await bootRunner(folders, { sandbox: sandboxed(folders) });
    const code = 'resource "terraform_data" "a" {}';
    const jobs = [await applied(runner.client, folders, code), await applied(runner.client, folders, code)];
    const owner = (jobId: string, path: string) => statSync(join(folders.runs, jobId, path)).uid;
    const users = jobs.map(({ job }) => owner(job.jobId, 'state/terraform.tfstate'));
    expect(new Set(users).size).toBe(2);
    for (const [index, { job }] of jobs.entries()) {
      expect(users[index] ?? 0).toBeGreaterThanOrEqual(1_900_000_000);
      for (const path of ['code', 'code/main.tf', 'runs', 'terraform.tfrc', 'plan.json', 'files.json'])
        assert.equal(owner(job.jobId, path), 0, path);
      expect(statSync(join(folders.runs, job.jobId, 'code/main.tf')).mode & 0o777).toBe(0o644);
    }
  },
);
