import { readFileSync } from 'node:fs';
import { exitCodes } from '../cli/src/exit-code.ts';
import { cliPage, withCommands } from './cli-page.ts';

const page = readFileSync(cliPage, 'utf8');

test('docs/cli.md has every command as its help shows it; write it with scripts/cli-page.ts', async () => {
  expect(page).toBe(await withCommands(page));
});

test('docs/cli.md has every exit code, and no other', () => {
  const described = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
  expect(described).toStrictEqual(Object.values(exitCodes).toSorted((left, right) => left - right));
});
