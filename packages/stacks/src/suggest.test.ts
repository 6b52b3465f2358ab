import { didYouMean, nearestName } from './suggest.ts';

test.each([
  ['tga', ['repository', 'tag'], 'tag'],
  ['repo', ['repository', 'tag'], 'repository'],
  ['Microservice', ['MicroService', 'Worker'], 'MicroService'],
  ['reader_endpoint', ['endpoint', 'readerEndpoint'], 'readerEndpoint'],
  ['databse', ['cache', 'database'], 'database'],
  ['postgresql', ['mysql', 'postgres'], 'postgres'],
  ['x', ['y'], undefined],
  ['cpu', ['memory'], undefined],
  ['anything', [], undefined],
])('the nearest to %s among %j is %s', (name, known, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

test('a hint is a part of a sentence', () => {
  expect(didYouMean('tga', ['tag'])).toBe('; did you mean tag?');
  expect(didYouMean('x', ['tag'])).toBe('');
});
