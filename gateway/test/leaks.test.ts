import assert from 'node:assert/strict';
import { mergeReports } from '@deployment-engine/policy';
import { enginePrincipal } from '../src/access/principal.ts';
import { openApiDocument } from '../src/http/openapi.ts';
import { claimNextJob } from '../src/jobs/claim.ts';
import { insertOrphans } from '../src/jobs/recovery/orphan-store.ts';
import { insertJob } from '../src/jobs/store.ts';
import { saveTerraformLog } from '../src/jobs/terraform-logs/store.ts';
import { patchJob } from '../src/jobs/transition.ts';
import type { JobWork } from '../src/jobs/worker/job-work.ts';
import { settleJob } from '../src/jobs/worker/settle-job.ts';
import { writeJob } from '../src/jobs/write-job.ts';
import { saveReport } from '../src/policy/reports.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { redactEvent } from '../src/projects/redaction/redact-event.ts';
import { JobSecrets } from '../src/projects/secrets/job-secrets.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { endPlanted, planted, plantStack } from './planted-stack.ts';

/** Each secret is known to the engine in a different way. State, plan, report and log contain all of them. */
const secrets = {
  stored: 'planted-stored-k3yw0rd',
  replaced: 'planted-replaced-9f8e7d',
  parenthesised: 'planted-parenthesised-1x2y',
  markedInState: 'planted-state-marked-5t6u',
  markedInPlan: 'planted-plan-marked-7v8w',
};
const all = Object.values(secrets);
const code = `variable "word" {}
variable "pin" {
  sensitive = (true)
}
resource "aws_sqs_queue" "q" {
  for_each = toset([nonsensitive(var.word)])
  name     = each.key
}
`;

/** Operations whose purpose is to show raw values to admins. */
const rawForAdmins = [
  'getState',
  'downloadStateVersion',
  'getInfrastructure',
  'getRevisionCode',
  'downloadRevision',
];

type Operation = { operationId: string; method: string; path: string };
const operations: Operation[] = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, { operationId?: string }>).map(([method, operation]) => ({
    operationId: operation.operationId ?? '',
    method: method.toUpperCase(),
    path,
  })),
);
const bodies: Record<string, unknown> = {
  deploy: { projectId: 'leaky', iacCode: code },
  plan: { projectId: 'leaky', iacCode: code },
  validateCode: { iacCode: code },
  estimateCode: { iacCode: code },
  destroy: { projectId: 'leaky' },
  rollback: { projectId: 'leaky' },
  approveJob: { planDigest: 'a'.repeat(64) },
  setBudget: { maxMonthly: 10 },
  setDriftSchedule: { cron: null },
  setSecretVariables: { variables: { word: secrets.stored } },
  setCredentials: { credentials: { AWS_REGION: 'eu-west-1' } },
  allowFinding: { id: 'AWS-S3-001', who: 'ada', why: 'a test' },
  addAllowance: { id: 'AWS-S3-001', who: 'ada', why: 'a test' },
  adoptOrphan: { orphanId: `orphan-${'0'.repeat(16)}` },
  deleteOrphans: { orphanIds: [`orphan-${'0'.repeat(16)}`] },
  acknowledgeOrphans: { orphanIds: [`orphan-${'0'.repeat(16)}`], reason: 'a test' },
  createKey: { name: 'k', role: 'viewer', projects: ['other-1'] },
};

let it: GuardedGateway;
let jobId = '';
let versions: number[] = [];
let waitingReason = '';
const keys = new Map<string, string>();

beforeAll(async () => {
  it = await startGuardedGateway();
  for (const role of ['viewer', 'deployer', 'admin']) keys.set(role, (await it.withKey(role, ['*'])).key);
  const { admin } = it;
  const body = { projectId: 'leaky', iacCode: code, variables: { pin: secrets.parenthesised } };
  jobId = (await admin.post('/api/deploy', body)).body.jobId;
  for (const word of [secrets.replaced, secrets.stored])
    await admin.request('PUT', '/api/deploy/secrets/leaky/variables', { variables: { word } });
  await plant();
  const variables = { text: secrets.stored };
  await admin.request('PUT', `/api/deploy/secrets/${planted.projectId}/variables`, { variables });
  const { context } = it.gateway;
  await plantStack({ context, word: secrets.stored });
  const { body: asking } = await admin.get(`/api/stacks/pipelines/${planted.pipelineId}`);
  waitingReason = asking.waitingReason;
  await endPlanted(context);
});
afterAll(() => it?.[Symbol.asyncDispose]());

/** Stores the records of a finished deploy and a drift check, with every secret in every free text. */
async function plant(): Promise<void> {
  const { context } = it.gateway;
  const { query } = context.database;
  const claim = await claimNextJob(query, { owner: 'test', leaseSeconds: 600, lostHoldSeconds: 0 });
  assert.equal(claim?.job.id, jobId);
  for (const serial of [1, 2]) await saveState(serial);
  const json = Buffer.from(JSON.stringify(plan));
  await plantPlan(jobId, json);
  await query
    .updateTable('projects')
    .set({
      revision: 1,
    })
    .where('id', '=', 'leaky')
    .execute();
  await insertOrphans(query, context.encryption, [
    {
      ...{ projectId: 'leaky', jobId, address: `aws_vpc.a["${all.join()}"]`, type: 'aws_vpc', started: true },
      ...{ reason: all.join(), objectId: all.join(), source: 'journal', content: null },
    },
  ]);
  const signal = new AbortController().signal;
  const jobSecrets = new JobSecrets(context, { ...claim.job, plan_digest: 'd' });
  jobSecrets.learnState(state(2));
  const work = { context, ...claim, secrets: jobSecrets, logger: context.logger, signal };
  await saveReport(
    query,
    jobId,
    'plan',
    mergeReports({ verdict: 'warn', findings: [finding], allowed: [], truncated: 0 } as never),
  );
  await saveTerraformLog(query, context.encryption, { jobId, runnerUrl: 'http://r', text: all.join('\n') });
  await patchJob(query, claim.lease, { waiting_reason: all.join(), plan_digest: 'd' });
  const redactor = await jobSecrets.redactor();
  const line = redactEvent({ type: 'log', step: 'plan', line: all.join() } as never, redactor);
  await writeJob(query, jobId, { events: [{ body: line, at: new Date() }] });
  const message = `apply: ${all.join(' ')}`;
  await settleJob(work as unknown as JobWork, {
    kind: 'refused',
    step: 'apply',
    reason: 'terraform_failed',
    message,
  });
  const drift = await insertJob(query, {
    projectId: 'leaky',
    type: 'drift',
    revision: 1,
    createdBy: enginePrincipal,
  });
  await plantPlan(drift.id, json);
  await query
    .updateTable('jobs')
    .set({ status: 'completed', finished_at: new Date() })
    .where('id', '=', drift.id)
    .execute();
  const listed = await admin().get('/api/deploy/state/leaky/versions');
  versions = listed.body.versions.map(({ id }: { id: number }) => id);
}

const admin = () => it.admin;

async function plantPlan(id: string, json: Buffer): Promise<void> {
  const { database, encryption } = it.gateway.context;
  const digest = 'd'.repeat(64);
  await savePlan(database.query, encryption, {
    jobId: id,
    digest,
    stateSerial: 2,
    stateLineage: 'l',
    json,
    file: json,
  });
}

async function saveState(serial: number): Promise<void> {
  const { database, encryption } = it.gateway.context;
  const raw = Buffer.from(JSON.stringify(state(serial)));
  await saveStateVersion(database.query, encryption, { projectId: 'leaky', jobId, raw });
}

function state(serial: number) {
  const values = serial === 1 ? [secrets.replaced, secrets.parenthesised] : all;
  return {
    version: 4,
    terraform_version: '1.11.4',
    serial,
    lineage: 'l',
    outputs: { open: { value: all, type: 'string' } },
    resources: [
      {
        mode: 'managed',
        type: 'aws_sqs_queue',
        name: 'q',
        provider: 'provider["registry.terraform.io/hashicorp/aws"]',
        instances: [...values, 'kept'].map((key) => ({
          index_key: key,
          attributes: {
            name: key,
            hidden: secrets.markedInState,
            tags: { [secrets.stored]: `${serial}` },
            serial,
          },
          sensitive_attributes: [[{ type: 'get_attr', value: 'hidden' }]],
        })),
      },
    ],
  } as never;
}

const change = (key: string, actions: string[]) => ({
  address: `aws_sqs_queue.q["${key}"]`,
  mode: 'managed',
  type: 'aws_sqs_queue',
  name: 'q',
  index: key,
  change: {
    actions,
    before: { name: key, tags: { [key]: '1' } },
    after: { name: key, hidden: secrets.markedInPlan, tags: { [key]: '2' } },
    after_sensitive: { hidden: true },
    after_unknown: {},
  },
});
const plan = {
  format_version: '1.2',
  terraform_version: '1.11.4',
  resource_changes: all.map((key) => change(key, ['update'])),
  resource_drift: all.map((key) => change(key, ['update'])),
  output_changes: { open: { actions: ['create'], before: null, after: all, after_unknown: false } },
  configuration: { root_module: { resources: [] } },
};
const finding = {
  id: 'AWS-X-001',
  severity: 'low',
  mode: 'warn',
  address: `aws_sqs_queue.q["${all.join()}"]`,
  file: null,
  line: null,
  subject: all.join(),
  message: all.join(),
  pending: false,
  remediation: 'none',
  howToAllow: all.join(),
  frameworks: {},
};

async function ask({ operationId, method, path }: Operation, role: string): Promise<string> {
  const values: Record<string, string> = {
    jobId,
    version: String(versions[0]),
    revision: '1',
    keyId: '0'.repeat(16),
    ...planted,
    projectId: path.startsWith('/api/stacks') ? planted.projectId : 'leaky',
    ruleId: `drift-${'0'.repeat(16)}`,
  };
  const query = operationId === 'diffStateVersions' ? `?from=${versions[1]}&to=${versions[0]}` : '';
  const response = await fetch(
    `${it.url}${path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? name)}${query}`,
    {
      method,
      headers: {
        authorization: `Bearer ${keys.get(role)}`,
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(bodies[operationId] ?? {}) }),
    },
  );
  return `${[...response.headers].join()} ${await response.text()}`;
}

/** Reads come first: other operations would change what they show. */
const ordered = operations.toSorted((a, b) => Number(a.method !== 'GET') - Number(b.method !== 'GET'));
for (const operation of ordered)
  test(`${operation.method} ${operation.path} shows none of a project's secrets`, async () => {
    if (operation.operationId === 'backup') return; // the sealed database as a whole
    for (const role of rawForAdmins.includes(operation.operationId) ? ['deployer'] : ['deployer', 'admin']) {
      const text = await ask(operation, role);
      for (const [name, secret] of Object.entries(secrets))
        assert.ok(!text.includes(secret), `${role} sees ${name}: …${around(text, secret)}…`);
    }
  }, 60_000);

function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 80), at + secret.length + 20);
}

test('the difference of a plan to the approved one is told without the secret', async () => {
  expect(waitingReason).toContain('name was approved as "other" and is "(redacted)"');
});

test("Terraform's own log is readable and redacted", async () => {
  const { status, body } = await it.admin.get(`/api/deploy/jobs/${jobId}/terraform-log`);
  expect([status, body]).toStrictEqual([200, all.map(() => '(redacted)').join('\n')]);
});

test('a secret as a for_each key is redacted in costs and diff, and its resources are kept apart', async () => {
  const costs = await it.admin.get('/api/deploy/costs/leaky');
  expect(costs.status).toBe(200);
  expect(JSON.stringify(costs.body)).toMatch(/\(redacted\)/);
  const diff = await it.admin.get(`/api/deploy/state/leaky/diff?from=${versions[1]}&to=${versions[0]}`);
  expect(diff.status).toBe(200);
  expect(diff.body.added.length).toBeGreaterThanOrEqual(2);
});
