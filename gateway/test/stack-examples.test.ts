import { type Endpoint, endpoints } from '@deployment-engine/contracts';
import { seedCalls } from '../../testing/stacks/seed-calls.ts';
import { openApiDocument } from '../src/http/openapi.ts';
import stored from '../src/http/stack-examples.json' with { type: 'json' };
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

/** If this fails because an answer has changed: node scripts/bootstrap.mjs scripts/stack-examples.ts */
test('the examples of stacks are what the engine answers to the first example', async () => {
  expect(await seedCalls(it.client)).toStrictEqual(stored);
});

test('the OpenAPI document has each of them at its operation, and each fits its schema', () => {
  const operations = Object.values(openApiDocument().paths ?? {}).flatMap((item) => Object.values(item));
  const byId = new Map<string, Endpoint>(
    Object.values<Endpoint>(endpoints).map((each) => [each.operationId, each]),
  );
  for (const [operationId, example] of Object.entries(stored)) {
    const operation = operations.find((each) => each.operationId === operationId);
    const { status, body, answer } = byId.get(operationId) as Endpoint;
    expect(operation?.responses[status].content['application/json'].example).toStrictEqual(example.answer);
    if (typeof answer === 'string') throw new Error(`${operationId} answers no JSON`);
    expect(answer.parse(example.answer)).toStrictEqual(example.answer);
    if (!('request' in example)) continue;
    expect(operation?.requestBody.content['application/json'].example).toStrictEqual(example.request);
    expect(body?.safeParse(example.request).error).toBeUndefined();
  }
  expect(Object.keys(stored)).toHaveLength(7);
});
