import { endpoints } from './api.ts';
import { eventOperations, loadEndpoint, operationNames } from './operations.ts';

test('every operation is loaded by its name', async () => {
  expect([...operationNames].sort()).toStrictEqual(Object.keys(endpoints).sort());
  for (const name of operationNames) expect(await loadEndpoint(name)).toBe(endpoints[name]);
});

test('those with events are known without their schemas', () => {
  const found = operationNames.filter((name) => endpoints[name].answer === 'text/event-stream');
  expect(Object.keys(eventOperations).sort()).toStrictEqual(found.toSorted());
});
