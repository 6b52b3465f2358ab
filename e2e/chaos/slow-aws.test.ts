import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSlowAws } from './slow-aws.ts';

/** Sends a request twice, like the SDK, through a proxy that loses every answer; counts cloud calls. */
async function repeated(body: string, random: () => number): Promise<{ asked: number; answer: string }> {
  let asked = 0;
  const cloud = createServer((_request, response) => {
    asked += 1;
    response.end(`object ${asked}`);
  }).listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  const slow = await startSlowAws(`http://127.0.0.1:${(cloud.address() as AddressInfo).port}`, random);
  try {
    const headers = { 'amz-sdk-invocation-id': 'one' };
    const ask = () => fetch(slow.url, { method: 'POST', body, headers });
    slow.setFaults({ delayMs: 0, loseAnswers: 1, breakBefore: 0 });
    const first = await ask().catch(() => undefined);
    slow.setFaults({ delayMs: 0, loseAnswers: 0, breakBefore: 0 });
    const answer = await (first ?? (await ask())).text();
    return { asked, answer };
  } finally {
    await slow.stop();
    cloud.closeAllConnections();
    cloud.close();
  }
}

for (const body of ['Action=RunInstances&ClientToken=t', 'Action=CreateLoadBalancer&Name=a'])
  test(`a lost answer to ${body} makes one object, as in AWS`, async () => {
    expect(await repeated(body, () => 0.5)).toStrictEqual({ asked: 1, answer: 'object 1' });
  });

test('an answer to CreateVpc, which AWS would carry out twice, is not lost', async () => {
  expect(await repeated('Action=CreateVpc&CidrBlock=10.0.0.0%2F16', () => 0.5)).toStrictEqual({
    asked: 1,
    answer: 'object 1',
  });
});

test('other calls are executed again', async () => {
  expect((await repeated('Action=CreateSubnet', () => 0.5)).answer).toBe('object 2');
});
