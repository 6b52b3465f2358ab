import assert from 'node:assert/strict';
import { sharedEngine } from '../testing/shared-engine.ts';

const secret = 'Tr0ub4dor&3/+x';
const forms = [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').slice(0, 16),
  Buffer.from(`a${secret}`).toString('base64').slice(2, 16),
  Buffer.from(secret).toString('hex'),
  JSON.stringify(secret).slice(1, -1).replace('&', '\\u0026'),
];
/** Reveals the secret in every possible way: a failed condition, a warning, outputs, planned values. */
const code = `
variable "token" {}
resource "terraform_data" "plain" {
  input = { token = var.token, url = "https://x/?t=\${urlencode(var.token)}", basic = base64encode("a\${var.token}") }
}
check "says_it" {
  assert {
    condition     = length(terraform_data.plain.input.token) == 1
    error_message = "the token \${var.token} is \${base64encode(var.token)} and \${urlencode(var.token)}"
  }
}
output "plain" { value = var.token }
output "list" { value = [jsonencode({ t = var.token }), var.token] }
output "long" { value = join("", [join("", [for i in range(500) : "xxxxxxxxxx"]), var.token]) }
output "hidden" {
  value     = "generated-\${var.token}"
  sensitive = true
}
`;

const { client, engine } = sharedEngine();
beforeAll(async () => {
  await client.request('PUT', '/api/deploy/secrets/web/variables', { variables: { token: secret } });
});

/** Returns everything the API says about a job and its project to callers who may not read the state. */
async function everythingShown(jobId: string): Promise<string> {
  const paths = [
    `/api/deploy/status/${jobId}`,
    `/api/deploy/jobs/${jobId}/logs`,
    `/api/deploy/jobs/${jobId}/events`,
    `/api/deploy/jobs/${jobId}/plan`,
    '/api/deploy/jobs?projectId=web',
    '/api/deploy/outputs/web',
    '/api/deploy/outputs/web?sensitive=true',
    '/api/deploy/history/web',
    '/api/deploy/secrets/web',
  ];
  const answers = await Promise.all(paths.map((path) => client.get(path)));
  return answers.map(({ body }) => (typeof body === 'string' ? body : JSON.stringify(body))).join('\n');
}

function assertClean(shown: string): void {
  for (const form of forms) assert.ok(!shown.includes(form), `${form} in …${around(shown, form)}…`);
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 200), at + 100);
}

test('a secret variable reaches the code and appears nowhere, in no spelling', async () => {
  const job = await client.complete('/api/deploy', { projectId: 'web', iacCode: code });
  const state = JSON.stringify((await client.get('/api/deploy/state/web')).body);
  assert.ok(state.includes('u0026') || state.includes(secret), 'the code did not receive the secret');
  const shown = await everythingShown(job.jobId);
  expect(shown).toMatch(/the token \(redacted\) is \(redacted\) and \(redacted\)/);
  assertClean(shown);
});

test('a secret in the message of a failed run is redacted in the error, its diagnostics and its log', async () => {
  const failing = `${code}\nresource "terraform_data" "fails" {
  lifecycle {
    precondition {
      condition     = length(var.token) == 1
      error_message = "no good: \${var.token} \${base64encode("xy\${var.token}")}"
    }
  }
}`;
  const accepted = await client.post('/api/deploy', { projectId: 'web', iacCode: failing });
  const job = await client.finished(accepted.body.jobId);
  expect(job.status).toBe('failed');
  expect(job.error ?? '').toMatch(/no good: \(redacted\)/);
  assertClean(await everythingShown(job.jobId));
});

test('a request variable declared sensitive is redacted even if the code removes the mark', async () => {
  const stripped = `variable "token" { sensitive = true }\noutput "plain" { value = nonsensitive(var.token) }\n`;
  const accepted = await client.post('/api/deploy', {
    projectId: 'other',
    iacCode: stripped,
    variables: { token: secret },
  });
  const job = await client.finished(accepted.body.jobId);
  expect(job.result?.outputs).toStrictEqual({ plain: '(redacted)' });
  const file = await client.get(`/api/deploy/jobs/${job.jobId}/plan`);
  assertClean(JSON.stringify([job, file.body]));
});

test('sensitive outputs are shown only on request', async () => {
  const iacCode = 'output "a" {\n  value = "an-open-secret"\n  sensitive = true\n}\n';
  await client.complete('/api/deploy', { projectId: 'outputs', iacCode });
  const outputs = async (query: string) =>
    (await client.get(`/api/deploy/outputs/outputs${query}`)).body.outputs;
  expect(await outputs('')).toStrictEqual({ a: '(sensitive)' });
  expect(await outputs('?sensitive=true')).toStrictEqual({ a: 'an-open-secret' });
});

test('a secret that equals a verdict does not lift a policy', async () => {
  const variables = { a: 'block', b: 'approve', c: 'policy_denied', d: 'PRE-PROVISIONER' };
  await client.request('PUT', '/api/deploy/secrets/verdict/variables', { variables });
  const iacCode =
    'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "true"\n  }\n}\n';
  const accepted = await client.post('/api/deploy', { projectId: 'verdict', iacCode });
  const job = await client.finished(accepted.body.jobId);
  expect(job.status).toBe('failed');
  expect(job.failure?.reason).toBe('policy_denied');
});

test('values that a plan job marks as sensitive are redacted in its log, and no service logs secrets', async () => {
  const iacCode = `
variable "open" {}
output "hidden" {
  value     = "marked-\${var.open}"
  sensitive = true
}
check "says_it" {
  assert {
    condition     = length(var.open) == 1
    error_message = "it is \${nonsensitive(sensitive("marked-\${var.open}"))}"
  }
}
`;
  const body = { projectId: 'planned', iacCode, variables: { open: 'only-by-the-plan' } };
  const job = await client.complete('/api/deploy/plan', body);
  const logs = (await client.get(`/api/deploy/jobs/${job.jobId}/logs`)).body;
  expect(logs).toMatch(/it is \(redacted\)/);
  const said = `${engine().runner?.output()}${engine().gateway?.output()}`;
  expect(said).toMatch(/a run has finished/);
  expect(said).not.toContain(secret);
});

test('a secret that changes between plan and approval makes the plan stale', async () => {
  const iacCode = 'variable "v" {}\nresource "terraform_data" "a" {\n  input = var.v\n}\n';
  const set = (v: string) =>
    client.request('PUT', '/api/deploy/secrets/stale/variables', { variables: { v } });
  await set('first-value');
  const accepted = await client.post('/api/deploy', { projectId: 'stale', iacCode, autoApprove: false });
  const parked = await client.finished(accepted.body.jobId);
  await set('second-value');
  await client.post(`/api/deploy/jobs/${parked.jobId}/approve`, { planDigest: parked.planDigest });
  const job = await client.endOf(parked.jobId);
  expect(job.failure?.reason).toBe('plan_stale');
  expect(job.error ?? '').toMatch(/for example a secret variable, have changed/);
});
