import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from './read-settings.ts';
import type { SettingsTable } from './setting.ts';
import { flag, list, oneOf, text, wholeNumber } from './setting-types.ts';

const directory = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(directory, { recursive: true }));

const table = {
  one: {
    title: 'One',
    settings: {
      TOKEN: { meaning: 'a secret', type: text, example: 'x', required: 'is missing; set it', secret: true },
      SECONDS: {
        meaning: 'a time',
        type: wholeNumber({ of: 'seconds', minimum: 5, maximum: 60 }),
        default: '15',
        example: '30',
      },
    },
  },
  two: {
    title: 'Two',
    settings: {
      MODE: { meaning: 'a mode', type: oneOf('on', 'off', 'auto'), example: 'on' },
      FLAG: { meaning: 'a flag', type: flag, default: '0', example: '1' },
      NAMES: { meaning: 'names', type: list, default: '', example: 'a,b' },
      FOLDER: {
        meaning: 'a folder',
        type: text,
        example: '/x',
        problemHere: (path) => (path === '/gone' ? 'is not there; make it' : undefined),
      },
    },
  },
} satisfies SettingsTable;

test('defaults are read as if they were given, and an empty value counts as not set', () => {
  const { values, problems } = readSettings(table, { TOKEN: 'secret', MODE: '' });
  expect(problems).toStrictEqual([]);
  expect(values?.one).toStrictEqual({ TOKEN: 'secret', SECONDS: 15 });
  expect(values?.two).toStrictEqual({ MODE: undefined, FLAG: false, NAMES: [], FOLDER: undefined });
});

test('every wrong setting gets a line with its name, what is wrong and what to do', () => {
  const { values, problems } = readSettings(table, {
    SECONDS: '4',
    MODE: 'maybe',
    FLAG: 'yes',
    FOLDER: '/gone',
  });
  expect(values).toBe(undefined);
  expect(problems).toStrictEqual([
    'TOKEN: is missing; set it',
    'SECONDS: must be a whole number of seconds, 5 to 60',
    'MODE: must be on, off or auto',
    'FLAG: must be 0 or 1',
    'FOLDER: is not there; make it',
  ]);
});

for (const seconds of ['61', '-5', '5.5', '1e1', 'soon', '9'.repeat(400)])
  test(`${seconds.slice(0, 10)} is refused in one line`, () => {
    const { problems } = readSettings(table, { TOKEN: 'secret', SECONDS: seconds });
    expect(problems).toStrictEqual(['SECONDS: must be a whole number of seconds, 5 to 60']);
  });

test('a secret can be read from a file, other settings cannot', () => {
  const path = join(directory, 'token');
  writeFileSync(path, 'from the file\n');
  const { values, environment } = readSettings(table, { TOKEN_FILE: path, MODE_FILE: path });
  expect(values?.one.TOKEN).toBe('from the file');
  expect(values?.two.MODE).toBe(undefined);
  expect(environment.TOKEN_FILE).toBe(undefined);
});

test('no message contains a value of the environment, not even for misspelt names', () => {
  const { problems, misspelt } = readSettings(table, { TOKN: 'hunter2', SECONDS: 'hunter2' });
  expect(misspelt).toStrictEqual(['TOKN: is not a setting; did you mean TOKEN?']);
  expect(JSON.stringify({ problems, misspelt })).not.toMatch(/hunter2/);
});
