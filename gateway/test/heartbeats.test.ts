import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signatureHeaders, signRunnerRequest } from '@deployment-engine/contracts';
import { startTestGateway, type TestGateway } from './support.ts';

const path = '/internal/runners/heartbeat';
const beat = JSON.stringify({ runnerId: 'runner-1', url: 'http://127.0.0.1:9' });
let it: TestGateway;
before(async () => {
  it = await startTestGateway();
});
after(() => it?.[Symbol.asyncDispose]());

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

test('a heartbeat is taken once', async () => {
  const headers = signed(beat);
  assert.equal(await statusOf(beat, headers), 200);
  assert.equal(await statusOf(beat, headers), 401);
  assert.equal(await statusOf(beat, signed(beat)), 200);
});

test('a heartbeat that was signed before the gateway started is refused', async () => {
  await using restarted = await startTestGateway();
  const headers = signed(beat, 20);
  assert.equal((await restarted.client.post(path, beat, headers)).status, 401);
});

test('a body is not parsed without a fresh time, a nonce and a signature', async () => {
  const broken = '{';
  assert.equal(await statusOf(broken, {}), 401);
  assert.equal(await statusOf(broken, signed(broken, 61)), 401);
  for (const missing of Object.values(signatureHeaders)) {
    const { [missing]: _, ...headers } = signed(broken);
    assert.equal(await statusOf(broken, headers), 401, missing);
  }
  assert.equal(await statusOf(broken, signed(broken)), 400);
});

test('a heartbeat is small', async () => {
  const large = JSON.stringify({ text: 'a'.repeat(64 * 1024) });
  assert.equal(await statusOf(large, signed(large)), 413);
});
