import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createClient } from '../../testing/client.ts';
import { waitFor } from '../../testing/wait.ts';
import { bareTerraform } from './support/bare-terraform.ts';
import { Stage } from './support/stage.ts';
import { Trap } from './support/trap.ts';

const off = { preflight: false, sandbox: false };
const sandboxOnly = { preflight: false, sandbox: true };
const on = { preflight: true, sandbox: true };
/** With plain Terraform, each attack is limited to this much. */
const boundedMb = 3072;

const memoryAttacks: [string, Record<string, string>, string][] = [
  ['string doubling', { 'main.tf': doubling(32) }, 'PRE-COST'],
  [
    'a format with a huge width',
    { 'main.tf': 'output "x" {\n  value = length(format("%2000000000s", "x"))\n}\n' },
    'PRE-COST',
  ],
];

/** One kilobyte of code that becomes 2^n times sixteen bytes. */
function doubling(times: number): string {
  const steps = Array.from({ length: times }, (_, i) => `  a${i + 1} = "\${local.a${i}}\${local.a${i}}"\n`);
  return `locals {\n  a0 = "xxxxxxxxxxxxxxxx"\n${steps.join('')}}\noutput "x" {\n  value = length(local.a${times})\n}\n`;
}

/** Returns live processes of this machine whose command line contains a text. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('code that takes more than its share', () => {
  let trap: Trap;
  let stage: Stage;
  beforeAll(async () => {
    trap = await Trap.set();
    const env = { SANDBOX_READ_ONLY_PATHS: '/bin,/usr,/lib,/lib64', SANDBOX_MEMORY_MB: String(boundedMb) };
    stage = await Stage.open({ env });
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    await trap?.[Symbol.asyncDispose]();
  });

  for (const [name, files, finding] of memoryAttacks)
    test(`row 20: memory by ${name}`, async () => {
      const said = await bareTerraform(files, { memoryMb: boundedMb });
      expect(said).toMatch(/out of memory|cannot allocate|makeslice|string concatenation too long/i);
      const contained = await stage.deploy(sandboxOnly, files);
      assert.equal(contained.job.status, 'failed', contained.job.error);
      const { job, findings } = await stage.deploy(on, files);
      expect(job.failure?.reason).toBe('policy_denied');
      assert.ok(findings.includes(finding), findings.join());
      await requireHealthy();
    });

  test('row 20: parentheses that overflow the stack of a parser', async () => {
    const files = { 'main.tf': `output "x" {\n  value = ${'('.repeat(100_000)}1${')'.repeat(100_000)}\n}\n` };
    const { job, findings } = await stage.deploy(on, files);
    expect(job.failure?.reason).toBe('policy_denied');
    expect(findings).toStrictEqual(['PRE-SYNTAX']);
    await requireHealthy();
  });

  test('row 21: a function that works on for hours and hears no signal', async () => {
    const files = {
      'main.tf':
        'resource "terraform_data" "a" {}\noutput "x" {\n  value = bcrypt(terraform_data.a.id, 31)\n}\n',
    };
    const ended = await cancelWhileApplying(sandboxOnly, files, 1);
    expect(ended.status).toBe('cancelled');
    const { findings } = await stage.deploy(on, files);
    assert.ok(findings.includes('PRE-FUNCTION') || findings.includes('PRE-COST'), findings.join());
  });

  test('row 22: a child in a session of its own', async () => {
    const seconds = { off: '31.4159', on: '31.4160' };
    const files = (duration: string) => ({
      'main.tf': `resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "setsid sleep ${duration} & sleep 30"\n  }\n}\n`,
    });
    await cancelWhileApplying(off, files(seconds.off), 0, `sleep ${seconds.off}`);
    const survivors = processesWith(`sleep ${seconds.off}`);
    for (const pid of survivors) process.kill(pid, 'SIGKILL');
    assert.ok(survivors.length > 0, 'the attack does not work by itself');
    await cancelWhileApplying(sandboxOnly, files(seconds.on), 0, `sleep ${seconds.on}`);
    await waitFor(
      'every process of the run to be gone',
      () => processesWith(`sleep ${seconds.on}`).length === 0,
    );
  });

  test('row 23: a file without end', async () => {
    const command = (megabytes: number) => `head -c ${megabytes}M /dev/zero > big; ls -l big`;
    const files = {
      'main.tf': `resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "${command(400)}"\n  }\n}\n`,
    };
    const free = await stage.deploy(off, files);
    assert.equal(free.job.status, 'completed', free.job.error);
    await using limited = await Stage.open({
      env: { SANDBOX_READ_ONLY_PATHS: '/bin,/usr,/lib,/lib64', SANDBOX_FILE_MB: '200' },
    });
    const { job } = await limited.deploy(sandboxOnly, files);
    assert.equal(job.status, 'failed', 'the file was written whole');
  });

  test('row 23: processes without end', async () => {
    // Each sleeps for a moment; there are never more than 600.
    const files = {
      'main.tf':
        'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "for i in $(seq 600); do sleep 3 & done; wait; echo all-started"\n  }\n}\n',
    };
    const free = await stage.deploy(off, files);
    expect(free.shown).toMatch(/all-started/);
    await using limited = await Stage.open({
      env: { SANDBOX_READ_ONLY_PATHS: '/bin,/usr,/lib,/lib64', SANDBOX_PROCESSES: '200' },
    });
    const { shown, job } = await limited.deploy(sandboxOnly, files);
    assert.ok(!/executing: all-started|\): all-started/.test(shown) || job.status === 'failed', shown);
    expect(shown).toMatch(/fork|Resource temporarily unavailable|Cannot fork/i);
  });

  test('row 23: objects without end', async () => {
    const files = { 'main.tf': 'resource "terraform_data" "a" {\n  count = 1000000\n}\n' };
    const { job, findings } = await stage.deploy(on, files);
    expect(job.failure?.reason).toBe('policy_denied');
    assert.ok(findings.includes('PRE-COST'), findings.join());
    const hidden = { 'main.tf': 'variable "n" {}\nresource "terraform_data" "a" {\n  count = var.n\n}\n' };
    const small = await stage.deploy(on, hidden, { variables: { n: 10 } });
    assert.equal(small.job.status, 'completed', small.job.error);
    const large = await stage.deploy(on, hidden, { variables: { n: 2500 } });
    expect(large.job.status).toBe('failed');
    expect(large.job.error ?? '').toMatch(/2500|2000/);
  });

  /** Requires that the engine still serves other requests. */
  async function requireHealthy(): Promise<void> {
    const hello = { 'main.tf': 'resource "terraform_data" "a" {}\n' };
    expect((await stage.deploy(on, hello)).job.status).toBe('completed');
  }

  async function cancelWhileApplying(
    controls: { preflight: boolean; sandbox: boolean },
    files: Record<string, string>,
    graceSeconds: number,
    until?: string,
  ) {
    const client = createClient((await stage.engine(controls)).url);
    const projectId = `cancelled-${Math.random().toString(36).slice(2)}`;
    const { body } = await client.post('/api/deploy', { projectId, files });
    await waitFor('the apply to go on', async () => {
      const job = (await client.get(`/api/deploy/status/${body.jobId}`)).body;
      if (job.status === 'failed') throw new Error(job.error);
      return job.step === 'apply' && (until === undefined || processesWith(until).length > 0);
    });
    await client.post(`/api/deploy/jobs/${body.jobId}/cancel`, { graceSeconds });
    return client.endOf(body.jobId);
  }
});
