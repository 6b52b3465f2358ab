import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { signatureHeaders, signRunnerRequest } from '@deployment-engine/runner-api';
import { startTestGateway, type TestGateway } from './support.ts';

const path = '/internal/runners/heartbeat';
const beat = JSON.stringify({ runnerId: 'runner-1', url: 'http://127.0.0.1:9' });
let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

function signed(body: string, ageSeconds = 0): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds);
  const nonce = randomUUID();
  const parts = { method: 'POST', path, timestamp, nonce, body: Buffer.from(body) };
  return {
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: signRunnerRequest(it.gateway.context.config.runnerToken, parts),
  };
}

async function statusOf(body: string, headers: Record<string, string>): Promise<number> {
  return (await it.client.post(path, body, headers)).status;
}

test('a heartbeat is accepted only once', async () => {
  const headers = signed(beat);
  expect(await statusOf(beat, headers)).toBe(200);
  expect(await statusOf(beat, headers)).toBe(401);
  expect(await statusOf(beat, signed(beat))).toBe(200);
});

test('a heartbeat that was signed before the gateway started is refused', async () => {
  await using restarted = await startTestGateway();
  const headers = signed(beat, 20);
  expect((await restarted.client.post(path, beat, headers)).status).toBe(401);
});

test('a body is not parsed without a fresh time, a nonce and a signature', async () => {
  const broken = '{';
  expect(await statusOf(broken, {})).toBe(401);
  expect(await statusOf(broken, signed(broken, 61))).toBe(401);
  for (const missing of Object.values(signatureHeaders)) {
    const { [missing]: _, ...headers } = signed(broken);
    assert.equal(await statusOf(broken, headers), 401, missing);
  }
  expect(await statusOf(broken, signed(broken))).toBe(400);
});

test('a large heartbeat is refused', async () => {
  const large = JSON.stringify({ text: 'a'.repeat(64 * 1024) });
  expect(await statusOf(large, signed(large))).toBe(413);
});
