import type { JobTransition } from '@deployment-engine/contracts';
import { waitFor } from '../../testing/wait.ts';
import { transition } from '../src/jobs/transition.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import {
  type MailReceiver,
  type Received,
  type Receiver,
  startMailReceiver,
  startReceiver,
} from './receivers.ts';
import { helloCode, hurryOutbox } from './support.ts';

let it: GuardedGateway;
let web: Receiver;
let mail: MailReceiver;
const token = 'xoxb-0123456789-secret';
const routingKey = 'R0123456789abcdefghijklmnopqrstu';

beforeAll(async () => {
  web = await startReceiver();
  mail = await startMailReceiver();
  const address = `http://127.0.0.1:${web.port}`;
  it = await startGuardedGateway({
    NOTIFICATION_HOSTS: `127.0.0.1:${web.port}`,
    SLACK_API_URL: `${address}/api/`,
    PAGERDUTY_EVENTS_URL: `${address}/v2/enqueue`,
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    SMTP_FROM: 'engine@example.org',
    SMTP_RECIPIENTS: '*@example.org',
  });
});
afterAll(async () => {
  await it?.[Symbol.asyncDispose]();
  await web?.[Symbol.asyncDispose]();
  await mail?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  web.received.length = 0;
  mail.mails.length = 0;
  web.answer = ({ url }, response) => void response.end(url.startsWith('/api/') ? '{"ok":true}' : 'ok');
  mail.refuse = () => undefined;
  mail.refuseMail = () => undefined;
});

const query = () => it.gateway.context.database.query;
const create = async (projects: string, more: object) => {
  const { status, body } = await it.admin.post('/api/notifications', { name: 'people', projects, ...more });
  expect([status, body.errors]).toStrictEqual([201, undefined]);
  return body;
};
const deploy = async (projectId: string, more: object = {}): Promise<string> =>
  (await it.admin.post('/api/deploy', { projectId, iacCode: helloCode, ...more })).body.jobId;
const move = async (jobId: string, ...names: JobTransition[]) => {
  for (const name of names)
    await query()
      .transaction()
      .execute((trx) => transition(trx, { jobId }, name, 'It goes on.'));
};
const fail = async (jobId: string, message: string) => {
  await move(jobId, 'claim');
  const error = JSON.stringify({ message });
  await query()
    .transaction()
    .execute((trx) => transition(trx, { jobId }, 'fail', 'It failed.', { error }));
};
const deliveries = async (id: string, status = '') =>
  (await it.admin.get(`/api/notifications/${id}/deliveries${status && `?status=${status}`}`)).body.deliveries;
const delivered = (id: string, count: number) =>
  waitFor(`${count} messages of ${id}`, async () => {
    const all = await deliveries(id, 'delivered');
    return all.length === count && all;
  });
const problem = (id: string) => waitFor('a problem', async () => (await deliveries(id))[0]?.problem);
const hurry = () => hurryOutbox(query());

test('a channel of Slack is told in one text that mentions nobody, with the token in the header only', async () => {
  const { notificationId, to, secret } = await create('slack-1', { kind: 'slack', token, channel: 'C0123' });
  expect([to, secret]).toStrictEqual([['C0123'], null]);
  await it.admin.request('PUT', '/api/deploy/secrets/slack-1/variables', {
    variables: { word: 'swordfish-9' },
  });
  const jobId = await deploy('slack-1', { iacCode: 'variable "word" { sensitive = true }\n' });
  await fail(jobId, 'no <!channel> & <@U1> @here\nswordfish-9');
  await delivered(notificationId, 1);
  const [{ url, headers, body, text }] = web.received as [Received];
  expect([url, headers.authorization, body.channel]).toStrictEqual([
    '/api/chat.postMessage',
    `Bearer ${token}`,
    'C0123',
  ]);
  expect(body.text).toMatch(
    /^The deploy of slack-1 has failed\.\nno &lt;!channel&gt; &amp; &lt;@\u200bU1&gt; @\u200bhere /,
  );
  expect(body.text).toContain(`\nJob: ${jobId}\nMessage: message-`);
  expect([body.mrkdwn, body.link_names]).toStrictEqual([false, false]);
  expect(text).not.toMatch(/swordfish|xoxb/);
});

test('Slack’s answer 200 with ok false is a failure; its code is shown, its words are not', async () => {
  const { notificationId } = await create('slack-2', { kind: 'slack', token, channel: '#ops' });
  const answers = ['{"ok":false,"error":"channel_not_found"}', '{"ok":false,"error":"Words <b>"}', '<html>'];
  const expected = [
    'Slack did not take it: channel_not_found',
    'Slack did not take it: no code',
    'the server answered 200 without the JSON of Slack',
  ];
  web.answer = (_message, response) => void response.end(answers[0]);
  await fail(await deploy('slack-2'), 'no');
  for (const reason of expected) {
    await waitFor(reason, async () => (await deliveries(notificationId))[0]?.problem === reason);
    answers.shift();
    if (answers.length === 0) web.answer = (_message, response) => void response.end('{"ok":true}');
    await hurry();
  }
  await delivered(notificationId, 1);
  expect(new Set(web.received.map(({ text }) => text)).size).toBe(1);
});

test('a receiver that asks for a pause gets one, for all its messages; an hour at most', async () => {
  const url = `http://127.0.0.1:${web.port}/services/T0/B0/path-is-secret`;
  const { notificationId } = await create('slack-3*', { kind: 'slack', url });
  const pause = async () => {
    const target = query().selectFrom('notification_targets').select('paused_until');
    const { paused_until } = await target.where('id', '=', notificationId).executeTakeFirstOrThrow();
    return (paused_until?.getTime() ?? 0) - Date.now();
  };
  web.answer = (_message, response) => void response.writeHead(429, { 'retry-after': '99999999' }).end();
  await fail(await deploy('slack-3a'), 'no');
  expect(await problem(notificationId)).toBe('the server answered 429');
  const left = await waitFor('the pause', async () => {
    const ms = await pause();
    return ms > 0 && ms;
  });
  expect(left).toBeGreaterThan(3_000_000);
  expect(left).toBeLessThanOrEqual(3_600_000);
  const asked = web.received.length;
  web.answer = (_message, response) => void response.end('ok');
  await fail(await deploy('slack-3b'), 'no');
  await hurry();
  const other = await create('slack-4', { kind: 'slack', url: `${url}-2` });
  await fail(await deploy('slack-4'), 'no');
  await delivered(other.notificationId, 1); // the deliverer has looked since
  expect(web.received.filter(({ url: path }) => path.endsWith('secret'))).toHaveLength(asked);
  await query()
    .updateTable('notification_targets')
    .set({ paused_until: new Date(0) })
    .execute();
  await delivered(notificationId, 2);
});

test('PagerDuty: a failure triggers, the next success of a change resolves it, a plan does not', async () => {
  const { notificationId, events } = await create('pager', { kind: 'pagerduty', routingKey });
  expect(events).toStrictEqual(['job.failed', 'job.succeeded']);
  await fail(await deploy('pager'), 'no');
  const plan = await it.admin.post('/api/deploy/plan', { projectId: 'pager', iacCode: helloCode });
  await move(plan.body.jobId, 'claim', 'complete');
  await move(await deploy('pager'), 'claim', 'complete');
  await delivered(notificationId, 3);
  const keys = web.received.map(({ body }) => [
    body.event_action,
    body.dedup_key.split(':').slice(1).join(':'),
  ]);
  expect(keys).toStrictEqual([
    ['trigger', 'pager:change'],
    ['resolve', 'pager:plan'],
    ['resolve', 'pager:change'],
  ]);
  expect(web.received[0]?.body).toMatchObject({
    routing_key: routingKey,
    payload: { summary: 'The deploy of pager has failed.', source: 'pager', severity: 'error' },
  });
});

test('mail is plain text with one subject line and the same Message-ID on each attempt', async () => {
  const { notificationId } = await create('mail-1', { kind: 'email', to: ['ada@example.org'] });
  const seen: string[] = [];
  const refusals = [450, 554];
  mail.refuseMail = () => refusals.shift();
  await fail(await deploy('mail-1'), 'no\r\nBcc: eve@example.net\r\n\r\n<b>');
  for (const status of [450, 554]) {
    await waitFor(`${status}`, async () =>
      (await deliveries(notificationId))[0]?.problem?.endsWith(`answered ${status}`),
    );
    seen.push(String(await problem(notificationId)));
    await hurry();
  }
  await delivered(notificationId, 1);
  expect(seen.join()).not.toContain('words of the server');
  const [{ to, text }] = mail.mails as [{ to: string[]; text: string }];
  expect(to).toStrictEqual(['ada@example.org']);
  const [head = '', body] = text.split('\r\n\r\n', 2);
  expect(head).toMatch(/^Subject: The deploy of mail-1 has failed\.$/m);
  expect(head).toMatch(new RegExp(`^Message-ID: <message-\\d+\\.${notificationId}@example\\.org>$`, 'm'));
  expect(head).toMatch(/^Content-Type: text\/plain/m);
  expect(head).not.toMatch(/^Bcc:/im);
  expect(body).toContain('no Bcc: eve@example.net <b>');
});

test('of several recipients each gets a mail once: some are tried again, some are refused for good', async () => {
  const to = ['ada@example.org', 'busy@example.org', 'gone@example.org'];
  const { notificationId } = await create('mail-2', { kind: 'email', to });
  mail.refuse = (recipient) => ({ 'busy@example.org': 451, 'gone@example.org': 550 })[recipient];
  await fail(await deploy('mail-2'), 'no');
  expect(await problem(notificationId)).toBe(
    'the mail server refused busy@example.org (451), gone@example.org (550)',
  );
  mail.refuse = () => undefined;
  await hurry();
  await delivered(notificationId, 1);
  expect(mail.mails.map((one) => one.to)).toStrictEqual([['ada@example.org'], ['busy@example.org']]);
});

test('a mail server that does not answer holds up no other notification', async () => {
  const { notificationId } = await create('mail-3', { kind: 'email', to: ['ada@example.org'] });
  const other = await create('mail-3', { kind: 'slack', token, channel: 'C1' });
  mail.refuse = () => 'hang';
  await fail(await deploy('mail-3'), 'no');
  await delivered(other.notificationId, 1);
  expect(await deliveries(notificationId, 'delivered')).toHaveLength(0);
});

test('each kind can be tested; nothing shows a secret afterwards, not even the audit log', async () => {
  const hookUrl = `http://127.0.0.1:${web.port}/services/path-is-secret`;
  const made = [
    await create('shown', { kind: 'slack', token, channel: 'C1' }),
    await create('shown', { kind: 'slack', url: hookUrl }),
    await create('shown', { kind: 'pagerduty', routingKey }),
    await create('shown', { kind: 'email', to: ['ada@example.org'] }),
  ];
  for (const { notificationId } of made) {
    const { body } = await it.admin.post(`/api/notifications/${notificationId}/test`, {});
    expect(body).toStrictEqual({ delivered: true, problem: null });
  }
  expect(web.received).toHaveLength(3);
  expect(mail.mails.filter(({ text }) => text.includes('Subject: A test of'))).toHaveLength(1);
  const shown = [
    made,
    (await it.admin.get('/api/notifications')).body,
    (await it.admin.get('/api/audit')).body,
  ];
  expect(JSON.stringify(shown)).not.toMatch(new RegExp(`${token}|path-is-secret|${routingKey}`));
  const stored = await query().selectFrom('notification_targets').select('content').execute();
  for (const { content } of stored)
    expect(Buffer.from(content).toString('latin1')).not.toMatch(
      new RegExp(`${token}|path-is-secret|${routingKey}`),
    );
});

test.each([
  ['Slack with both ways', { kind: 'slack', url: 'https://hooks.slack.com/x', token, channel: 'C1' }],
  ['Slack with neither', { kind: 'slack' }],
  ['a channel that is a mention', { kind: 'slack', token, channel: '<!here>' }],
  ['a token with a line break', { kind: 'slack', token: 'xoxb-0123456\r\nx: y', channel: 'C1' }],
  ['a recipient with a header', { kind: 'email', to: ['ada@example.org\r\nBcc: eve@example.org'] }],
  ['a recipient elsewhere', { kind: 'email', to: ['eve@example.net'] }],
  ['a short routing key', { kind: 'pagerduty', routingKey: 'x' }],
  ['the main API', { kind: 'main_api' }],
])('%s is refused, and the answer repeats no secret', async (_what, more) => {
  const { status, body } = await it.admin.post('/api/notifications', { name: 'n', ...more });
  expect([status, body.code]).toStrictEqual([400, 'invalid_request']);
  expect(JSON.stringify(body)).not.toContain('xoxb');
});
