import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exchangeForGoogle } from './exchange-for-google.ts';

const audience =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/engine';
const given = {
  token: 'token-of-the-engine',
  audience,
  subject: 'cloud-account:acme./x',
  serviceAccount: undefined,
};
const serviceAccount = 'deploys@shop-1.iam.gserviceaccount.com';
const tokens = { '/v1/token': { access_token: 'federated-token-of-google', expires_in: 3600 } };

/** Answers from a table by path, and records what was asked. */
async function startGoogle(answers: Record<string, unknown>, status = 200) {
  const asked: { path: string; bearer: string | undefined; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = request.url ?? '';
    asked.push({ path, bearer: request.headers.authorization, body: JSON.parse(body) });
    response.writeHead(status, { 'content-type': 'application/json', location: '/v1/token' });
    response.end(JSON.stringify(answers[path] ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    addresses: { tokens: url, accounts: url },
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

test('a token of the engine is exchanged for one of the pool’s identity', async () => {
  await using google = await startGoogle(tokens);
  const { environment, expiresAt } = await exchangeForGoogle(given, google.addresses);
  expect(environment).toStrictEqual({ GOOGLE_OAUTH_ACCESS_TOKEN: 'federated-token-of-google' });
  expect(Math.round((expiresAt.getTime() - Date.now()) / 60_000)).toBe(60);
  expect(google.asked[0]?.body).toMatchObject({ audience, subjectToken: 'token-of-the-engine' });
});

test('with a service account, that one is used to act as it', async () => {
  const path = `/v1/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`;
  const own = { accessToken: 'token-of-the-service-account', expireTime: '2030-01-01T00:00:00Z' };
  await using google = await startGoogle({ ...tokens, [path]: own });
  const { environment } = await exchangeForGoogle({ ...given, serviceAccount }, google.addresses);
  expect(environment).toStrictEqual({ GOOGLE_OAUTH_ACCESS_TOKEN: 'token-of-the-service-account' });
  expect(google.asked.map(({ bearer }) => bearer)).toStrictEqual([
    undefined,
    'Bearer federated-token-of-google',
  ]);
});

test.each([
  ['a refusal', tokens, 403, /refuses it with 403; does the pool name/],
  ['a redirect, which is not followed', tokens, 302, /refuses it with 302/],
  ['an answer without a token', {}, 200, /answered without a token/],
  ['an answer that is too large', { '/v1/token': { a: 'x'.repeat(100_000) } }, 200, /does not answer/],
])('%s ends the run with the reason, and without the token', async (_name, answers, status, reason) => {
  await using google = await startGoogle(answers, status);
  const error = await exchangeForGoogle(given, google.addresses).catch((thrown) => String(thrown));
  expect(error).toMatch(reason);
  expect(error).not.toContain('token-of-the-engine');
  expect(google.asked.length).toBe(1);
});
