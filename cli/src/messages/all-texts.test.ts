import { join } from 'node:path';
import { readTree } from '../../../testing/repository.ts';
import { engineText } from './engine-text.ts';

const root = join(import.meta.dirname, '../../..');
/** Where texts are written that reach a user of the command line. */
const sources = ['gateway/src', 'packages/policy/src', 'packages/stacks/src', 'terraform-runner/src'];
const ofApi =
  /\b(?:GET|POST|PUT|PATCH|DELETE) \/api\/|(?:send|with) "\w+": true|`variables`|autoApprove false/;

/** Lines of code whose texts speak of the API, with a word in place of each value. */
function texts(): string[] {
  const files = sources.flatMap((folder) => [...readTree(join(root, folder))]);
  return files
    .filter(([path]) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap(([, content]) => content.split('\n'))
    .map((line) => line.trim())
    .filter((line) => ofApi.test(line) && !/^(\/\/|\/\*|\*)/.test(line))
    .map((line) => line.replace(/\$\{exemption\}/, '"id": "X"').replace(/\$\{[^{}]*\}/g, 'shop-1'));
}

test('no text of the engine speaks of its API in the command line', () => {
  const all = texts();
  expect(all.length).toBeGreaterThan(15);
  expect(all.filter((text) => ofApi.test(engineText(text)))).toStrictEqual([]);
});
