import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JobTransition } from '@deployment-engine/contracts';
import { waitFor } from '../../testing/wait.ts';
import { enginePrincipal } from '../src/access/principal.ts';
import { pruneOld } from '../src/jobs/housekeeping/retention.ts';
import { deletedAs } from '../src/jobs/recovery/orphan-deletion.ts';
import { insertOrphans, unresolvedOrphans } from '../src/jobs/recovery/orphan-store.ts';
import { insertJob } from '../src/jobs/store.ts';
import { transition } from '../src/jobs/transition.ts';
import { settleJob } from '../src/jobs/worker/settle-job.ts';
import { writeJob } from '../src/jobs/write-job.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { claimWork } from './staged-work.ts';
import { helloCode, helloDeployment, hurryOutbox } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: messages of every shape
type Received = { url: string; method: string; headers: IncomingHttpHeaders; text: string; body: any };

let it: GuardedGateway;
let server: Server;
let port = 0;
const received: Received[] = [];
/** Decides what the server does; by default it takes every message. */
let answer: (message: Received, response: ServerResponse) => void = take;

function take(_message: Received, response: ServerResponse): void {
  response.writeHead(204).end();
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { url = '', method = '', headers } = request;
    const message = { url, method, headers, text, body: JSON.parse(text) };
    received.push(message);
    answer(message, response);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  port = (server.address() as AddressInfo).port;
  it = await startGuardedGateway({
    NOTIFICATION_HOSTS: `hooks.example.org,127.0.0.1:${port}`,
    MAIN_API_URL: `http://127.0.0.1:${port}/main/`,
    MAIN_API_TOKEN: 'the-token-of-the-engine',
  });
});
afterAll(async () => {
  await it?.[Symbol.asyncDispose]();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  received.length = 0;
  answer = take;
});

const query = () => it.gateway.context.database.query;
const hook = async (projects: string, more: object = {}) => {
  const url = `http://127.0.0.1:${port}/hook/${projects.replaceAll('*', '')}`;
  const { status, body } = await it.admin.post('/api/notifications', {
    name: 'hook',
    url,
    projects,
    ...more,
  });
  expect([status, body.detail]).toStrictEqual([201, undefined]);
  return body;
};
const deploy = async (projectId: string): Promise<string> =>
  (await it.admin.post('/api/deploy', { projectId, iacCode: helloCode })).body.jobId;
const move = async (jobId: string, ...names: JobTransition[]) => {
  for (const name of names)
    await query()
      .transaction()
      .execute((trx) => transition(trx, { jobId }, name, 'It goes on.'));
};
const deliveries = async (id: string, more = '') =>
  (await it.admin.get(`/api/notifications/${id}/deliveries${more}`)).body.deliveries;
const delivered = (id: string, count: number) =>
  waitFor(
    `${count} messages of ${id}`,
    async () => (await deliveries(id, '?status=delivered')).length === count,
  );
const hurry = () => hurryOutbox(query());

test('a hook receives signed messages about a job, in order, each with its own id', async () => {
  const { notificationId, secret, events } = await hook('ordered-*');
  expect(events).toHaveLength(4);
  const jobId = await deploy('ordered-1');
  await move(jobId, 'claim', 'awaitApproval', 'approve', 'claim', 'complete');
  await delivered(notificationId, 2);
  expect(received.map(({ body }) => [body.type, body.data.jobId, body.data.projectId])).toStrictEqual([
    ['job.awaiting_approval', jobId, 'ordered-1'],
    ['job.succeeded', jobId, 'ordered-1'],
  ]);
  for (const { headers, text } of received) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
    const key = Buffer.from(secret.slice(6), 'base64');
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
  }
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
});

test('a server that refuses or breaks off is asked again with the same message; the next one waits', async () => {
  const { notificationId } = await hook('broken-*', { events: ['job.started', 'job.failed'] });
  const breakages = [
    (response: ServerResponse) => response.writeHead(500).end('words of the server'),
    (response: ServerResponse) => response.destroy(),
    (response: ServerResponse) => response.writeHead(302, { location: '/elsewhere' }).end(),
  ];
  answer = (message, response) => {
    const breakage = breakages.shift();
    if (breakage) breakage(response);
    else take(message, response);
  };
  const jobId = await deploy('broken-1');
  await move(jobId, 'claim', 'fail');
  for (const attempts of [1, 2, 3]) {
    const [later, first] = await waitFor(`attempt ${attempts}`, async () => {
      const all = await deliveries(notificationId);
      return all[1]?.attempts === attempts && all[1].problem !== null && all;
    });
    expect([first.status, later.status, later.attempts]).toStrictEqual(['waiting', 'waiting', 0]);
    expect(first.problem).not.toContain('words of the server');
    await hurry();
  }
  await delivered(notificationId, 2);
  expect(received.map(({ body }) => body.type)).toStrictEqual([
    ...Array(4).fill('job.started'),
    'job.failed',
  ]);
  const first = received.slice(0, 4);
  expect(new Set(first.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  // The first attempt may have come before the job failed, and shows the job of that moment.
  expect(new Set(first.slice(1).map(({ text }) => text)).size).toBe(1);
});

test('each attempt is signed with its own time, so that a receiver that refuses old messages takes a late one', async () => {
  const { notificationId } = await hook('late-*', { events: ['job.failed'] });
  answer = (_message, response) => response.writeHead(500).end();
  await move(await deploy('late-1'), 'claim', 'fail');
  await waitFor('an attempt', async () => (await deliveries(notificationId))[0]?.problem);
  const hourAgo = new Date(Date.now() - 3_600_000);
  const ofTarget = query().updateTable('outbox').where('target_id', '=', notificationId);
  await ofTarget.set({ created_at: hourAgo }).execute();
  answer = take;
  await hurry();
  await delivered(notificationId, 1);
  const last = received.at(-1);
  const age = Date.now() / 1000 - Number(last?.headers['webhook-timestamp']);
  expect(Math.abs(age)).toBeLessThan(300);
  expect(last?.body.timestamp).toBe(hourAgo.toISOString());
});

test('what a dead gateway had begun to send is sent by another one, under the same id', async () => {
  const { notificationId } = await hook('taken-*');
  answer = (_message, response) => response.writeHead(503).end();
  await move(await deploy('taken-1'), 'claim', 'complete');
  await waitFor('an attempt', async () => (await deliveries(notificationId))[0]?.attempts === 1);
  answer = take;
  const claim = (seconds: number) =>
    query()
      .updateTable('outbox')
      .set({ claimed_until: new Date(Date.now() + seconds * 1000), next_at: new Date(0) })
      .where('target_id', '=', notificationId)
      .execute();
  await claim(-1);
  await delivered(notificationId, 1);
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('after a day a message is dead, the next one is sent, and somebody can send the dead one again', async () => {
  const { notificationId } = await hook('dead-*', { events: ['job.started', 'job.failed'] });
  answer = ({ body }, response) => response.writeHead(body.type === 'job.started' ? 410 : 200).end();
  await move(await deploy('dead-1'), 'claim', 'fail');
  await waitFor('an attempt', async () => (await deliveries(notificationId))[1]?.attempts === 1);
  const dayAgo = new Date(Date.now() - 25 * 3_600_000);
  await query()
    .updateTable('outbox')
    .set({ created_at: dayAgo })
    .where('target_id', '=', notificationId)
    .execute();
  await hurry();
  await delivered(notificationId, 1);
  const [dead] = await deliveries(notificationId, '?status=dead');
  expect(dead).toMatchObject({ event: 'job.started', problem: 'the server answered 410', nextAt: null });
  answer = take;
  const again = `/api/notifications/${notificationId}/deliveries/${dead.deliveryId}/resend`;
  expect((await it.admin.post(again, {})).body.status).toBe('waiting');
  await delivered(notificationId, 2);
  expect(received.at(-1)?.headers['webhook-id']).toBe(`message-${dead.deliveryId}`);
});

test.each([
  ['a host that is not allowed', 'https://elsewhere.example.net/x', /NOTIFICATION_HOSTS does not allow/],
  ['an address inside', 'https://hooks.example.org@169.254.169.254/', /user name or password/],
  ['another port of this machine', 'http://127.0.0.1:9/x', /only https/],
])('%s is not called, and the job does not notice', async (_what, url, reason) => {
  const projects = `refused-${Math.random().toString(36).slice(2)}`;
  const { notificationId } = (
    await it.admin.post('/api/notifications', { name: 'n', url, projects, events: ['job.failed'] })
  ).body;
  const jobId = await deploy(projects);
  await move(jobId, 'claim', 'fail');
  expect((await it.admin.get(`/api/deploy/status/${jobId}`)).body.status).toBe('failed');
  const problem = await waitFor('the reason', async () => (await deliveries(notificationId))[0]?.problem);
  expect(problem).toMatch(reason);
  const tested = await it.admin.post(`/api/notifications/${notificationId}/test`, {});
  expect(tested.body).toStrictEqual({ delivered: false, problem: expect.stringMatching(reason) });
});

test('a server that never answers holds up neither jobs nor other hooks', async () => {
  const [silent, other] = [await hook('silent-*'), await hook('lively-*')];
  answer = (message, response) => {
    if (!message.url.includes('silent')) take(message, response);
  };
  await move(await deploy('silent-1'), 'claim', 'complete');
  await waitFor('the silent server to be asked', () => received.length > 0);
  await move(await deploy('lively-1'), 'claim', 'complete');
  await delivered(other.notificationId, 1);
  expect((await deliveries(silent.notificationId, '?status=delivered')).length).toBe(0);
});

test('callers of one tenant store at most 50 notifications, also at once', async () => {
  const { client } = await it.withKey('deployer', ['many.*']);
  const own = { name: 'own', url: 'https://hooks.example.org/', projects: 'many.*' };
  const answers = await Promise.all(Array.from({ length: 55 }, () => client.post('/api/notifications', own)));
  const statuses = answers.map(({ status }) => status).toSorted();
  expect(statuses).toStrictEqual([...Array(50).fill(201), ...Array(5).fill(400)]);
  expect((await client.post('/api/notifications', own)).body.detail).toContain('50 exist for many.*');
});

test('a tenant sees and changes its own only, and hears of its own only', async () => {
  const acme = await it.withKey('deployer', ['acme.*']);
  const rival = await it.withKey('deployer', ['rival.*']);
  const wide = await acme.client.post('/api/notifications', {
    name: 'all',
    url: 'https://hooks.example.org/',
  });
  expect([wide.status, wide.body.code]).toStrictEqual([403, 'forbidden']);
  const own = { name: 'own', url: `http://127.0.0.1:${port}/acme`, projects: 'acme.*' };
  const { notificationId } = (await acme.client.post('/api/notifications', own)).body;
  const path = `/api/notifications/${notificationId}`;
  const list = async ({ client }: typeof acme) => (await client.get('/api/notifications')).body.notifications;
  expect([(await list(acme)).length, await list(rival)]).toStrictEqual([1, []]);
  for (const [method, more] of [
    ['DELETE', ''],
    ['POST', '/test'],
    ['GET', '/deliveries'],
    ['POST', '/deliveries/1/resend'],
  ] as const) {
    const sent = method === 'POST' ? {} : undefined;
    const refused = await rival.client.request(method, path + more, sent);
    expect([method, more, refused.status]).toStrictEqual([method, more, 404]);
  }
  await move(await deploy('rival.1'), 'claim', 'complete');
  await move(await deploy('acme.1'), 'claim', 'complete');
  await delivered(notificationId, 1);
  expect(received.filter(({ url }) => url === '/acme').map(({ body }) => body.data.projectId)).toStrictEqual([
    'acme.1',
  ]);
  expect(JSON.stringify(await list(acme))).not.toContain('whsec_');
  expect((await acme.client.request('DELETE', path)).status).toBe(200);
});

test('the main API is told what each deployment comes to, with the token of the engine and no secrets', async () => {
  const { body } = await it.admin.post('/api/deployments', {
    ...{
      name: 'web',
      provider: 'aws',
      cloud_account_id: 'a',
      environment_id: 'e',
      template_type: 'terraform',
    },
    template_code: 'variable "word" { sensitive = true }\n',
    parameters: { word: 'swordfish-9' },
  });
  await move(body.job_id, 'claim', 'awaitApproval', 'approve', 'claim');
  await query()
    .transaction()
    .execute((trx) =>
      transition(trx, { jobId: body.job_id }, 'fail', 'It failed.', {
        error: JSON.stringify({ message: 'the word swordfish-9 is wrong' }),
      }),
    );
  await delivered('main-api', 4);
  expect(received.map(({ method, url, body: sent }) => [method, url, sent.status])).toStrictEqual(
    ['running', 'pending', 'running', 'failed'].map((status) => [
      'PUT',
      `/main/api/deployments/engine/${body.id}/status`,
      status,
    ]),
  );
  expect(received.map(({ headers }) => headers.authorization)).toStrictEqual(
    Array(4).fill('Bearer the-token-of-the-engine'),
  );
  expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(4);
  expect(received.at(-1)?.body).toMatchObject({ job_id: body.job_id, outputs: {}, resources: [] });
  for (const { text } of received) expect(text).not.toContain('swordfish');
  for (const projectId of ['no-deployment', 'like-dep-1'])
    await move(await deploy(projectId), 'claim', 'complete');
  const createdBy = { id: 'ada', blastRadius: null };
  const check = await insertJob(query(), {
    projectId: body.project_id,
    type: 'drift',
    revision: 1,
    createdBy,
  });
  await move(check.id, 'claim', 'complete');
  expect(await deliveries('main-api')).toHaveLength(4);
});

test('delivered and dead messages are removed with the events', async () => {
  const { notificationId } = await hook('old-*', { events: ['job.started', 'job.failed'] });
  await move(await deploy('old-1'), 'claim', 'fail');
  await delivered(notificationId, 2);
  const [newest] = await deliveries(notificationId);
  await query()
    .updateTable('outbox')
    .set({ delivered_at: new Date(0) })
    .where('id', '=', newest.deliveryId)
    .execute();
  await pruneOld(it.gateway.context);
  expect(await deliveries(notificationId)).toHaveLength(1);
});

const bucket = { mode: 'managed', type: 'aws_s3_bucket', name: 'b', provider: 'p' };
const create = async (more: object = {}) => {
  const { status, body } = await it.admin.post('/api/deployments', { ...helloDeployment, ...more });
  expect([status, body.detail]).toStrictEqual([202, undefined]);
  return body;
};
type Created = { id: string; project_id: string; job_id: string };
const saveState = ({ project_id: projectId, job_id: jobId }: Created, ...ids: string[]) => {
  const resources = ids.map((id) => ({ ...bucket, instances: [{ attributes: { id } }] }));
  const state = {
    version: 4,
    terraform_version: '1.11.4',
    serial: ids.length,
    lineage: 'l',
    outputs: {},
    resources,
  };
  const raw = Buffer.from(JSON.stringify(state));
  return saveStateVersion(query(), it.gateway.context.encryption, { projectId, jobId, raw });
};
const addOrphan = ({ project_id: projectId, job_id: jobId }: Created, objectId: string) => {
  const common = { type: 'aws_s3_bucket', reason: 'killed', started: true, address: null, content: null };
  const orphan = { ...common, projectId, jobId, objectId, source: 'journal' as const };
  return insertOrphans(query(), it.gateway.context.encryption, [orphan]);
};
/** Deletes one orphan by a job whose plan deletes it. */
async function deleteOrphan({ project_id: projectId }: Created): Promise<string> {
  const [orphan] = await unresolvedOrphans(query(), projectId);
  if (!orphan) throw new Error(`${projectId} has no orphan`);
  const more = { revision: 1, createdBy: enginePrincipal, orphanIds: [orphan.id] };
  await insertJob(query(), { projectId, type: 'destroy', ...more });
  const work = await claimWork(it);
  const address = deletedAs(orphan);
  const changes = [{ ...bucket, address, change: { actions: ['delete'] } }];
  await savePlan(query(), it.gateway.context.encryption, {
    ...{ jobId: work.job.id, digest: 'd', stateSerial: null, stateLineage: null, file: Buffer.from('x') },
    json: Buffer.from(JSON.stringify({ resource_changes: changes })),
  });
  await settleJob(work, { kind: 'done' });
  return work.job.id;
}
const removal = async ({ id }: Created, more = '') =>
  (await it.admin.request('DELETE', `/api/deployments/${id}${more}`)).body;
/** Statuses that the main API was told of a deployment, once nothing waits any more. */
async function toldOf({ id, project_id: projectId }: Created): Promise<string[]> {
  await waitFor('the messages to be delivered', async () => {
    const waiting = query().selectFrom('outbox').select('id').where('project_id', '=', projectId);
    return (await waiting.where('delivered_at', 'is', null).execute()).length === 0;
  });
  return received.filter(({ url }) => url.includes(`/${id}/`)).map(({ body }) => body.status);
}

test('a destroy that leaves orphans is told as failed, their deletion not at all, and the end once they are settled', async () => {
  const body = await create();
  await settleJob(await claimWork(it), { kind: 'done' });
  await saveState(body, 'b-1');
  const { job_id: destroy } = await removal(body);
  const work = await claimWork(it);
  await saveState(body);
  await addOrphan(body, 'b-2');
  await addOrphan(body, 'b-3');
  await settleJob(work, { kind: 'done' });
  const shown = async () => (await it.admin.get(`/api/deployments/${body.id}`)).body;
  expect(await shown()).toMatchObject({ status: 'failed', job_id: destroy });
  const deletion = await deleteOrphan(body);
  expect(await shown()).toMatchObject({ status: 'failed', job_id: destroy });
  expect(await toldOf(body)).toStrictEqual(['running', 'completed', 'running', 'failed']);

  const [{ id: orphanId } = { id: '' }] = await unresolvedOrphans(query(), body.project_id);
  const history = async () =>
    (await it.admin.get(`/api/deployments/${body.id}/history`)).body.history.map(
      ({ job_id, status }: Record<string, string>) => [job_id, status],
    );
  const attempts = [
    [deletion, 'completed'],
    [destroy, 'failed'],
    [body.job_id, 'completed'],
  ];
  expect(await history()).toStrictEqual(attempts);
  const settled = await it.admin.post(`/api/deploy/orphans/${body.project_id}/acknowledge`, {
    ...{ orphanIds: [orphanId], reason: 'it was removed by hand' },
  });
  expect(settled.status).toBe(200);
  expect((await it.admin.get(`/api/deployments/${body.id}`)).status).toBe(404);
  expect((await toldOf(body)).slice(4)).toStrictEqual(['deleted']);
});

test('a deployment whose destroy failed stays, with its resources, when its last orphan is deleted', async () => {
  const body = await create();
  await settleJob(await claimWork(it), { kind: 'done' });
  await saveState(body, 'b-1');
  await addOrphan(body, 'b-2');
  const { job_id: destroy } = await removal(body);
  const outcome = { kind: 'failed', step: 'plan', exitCode: 1, message: 'no' } as const;
  await settleJob(await claimWork(it), { kind: 'run_ended', outcome });
  await deleteOrphan(body);
  const { status, body: shown } = await it.admin.get(`/api/deployments/${body.id}`);
  expect([status, shown.status, shown.job_id]).toStrictEqual([200, 'failed', destroy]);
  expect(await toldOf(body)).toStrictEqual(['running', 'completed', 'running', 'failed']);
});

test('a deployment that is deleted without a destroy is told, too', async () => {
  const { notificationId } = await hook('*dep-*', { events: ['deployment.deleted'] });
  const empty = await create();
  await move(empty.job_id, 'claim', 'fail');
  await removal(empty);
  const kept = await create();
  await settleJob(await claimWork(it), { kind: 'done' });
  await saveState(kept, 'b-1');
  await removal(kept, '?keep_resources=true');
  expect(await toldOf(empty)).toStrictEqual(['running', 'failed', 'deleted']);
  expect(await toldOf(kept)).toStrictEqual(['running', 'completed', 'deleted']);
  const hooks = received.filter(({ url }) => url.includes('/hook/')).map(({ body }) => body);
  expect(hooks.map(({ type, data }) => [type, data.deploymentId, data.detail])).toStrictEqual([
    ['deployment.deleted', empty.id, 'It had created nothing.'],
    ['deployment.deleted', kept.id, 'Its resources are kept.'],
  ]);
  await it.admin.request('DELETE', `/api/notifications/${notificationId}`);
});

test('a message about a failed job has the log and the details of that job, also when a newer one runs', async () => {
  const template = JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } });
  answer = (_message, response) => response.writeHead(503).end();
  const body = await create({ template_type: 'cloudformation', template_code: template });
  await move(body.job_id, 'claim');
  const line = { type: 'log', step: 'apply', line: 'a line of the log' } as const;
  await writeJob(query(), body.job_id, { events: [{ body: line, at: new Date() }] });
  const summary =
    'waiting for CloudFormation Stack (arn:aws:cloudformation:us-east-1:1:stack/s/1) create: stack status (ROLLBACK_COMPLETE): the name is taken';
  const error = {
    ...{ step: 'apply', reason: 'terraform_failed', message: 'it failed', retryable: false },
    diagnostics: [{ severity: 'error', code: 'other', summary, detail: '' }],
  };
  const patch = { error: JSON.stringify(error) };
  await query()
    .transaction()
    .execute((trx) => transition(trx, { jobId: body.job_id }, 'fail', 'It failed.', patch));
  const { job_id: newer } = (
    await it.admin.request('PUT', `/api/deployments/${body.id}`, { template_code: `${template}\n` })
  ).body;
  expect(newer).not.toBe(body.job_id);
  await waitFor('an attempt', () => received.length > 0);
  received.length = 0;
  answer = take;
  await waitFor('the message', async () => {
    await hurry();
    return received.some(({ body: { status } }) => status === 'failed');
  });
  expect(received.find(({ body: { status } }) => status === 'failed')?.body).toMatchObject({
    ...{ job_id: body.job_id, logs: 'a line of the log', error_message: 'it failed' },
    error_details: { stack_status: 'ROLLBACK_COMPLETE', reason: 'the name is taken' },
  });
  await it.admin.request('PUT', `/api/deployments/${body.id}`, { status: 'cancelled' });
});
