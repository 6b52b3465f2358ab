import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testUnless } from '../../../scripts/jest/unless.ts';
import { createProgram } from '../program.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { placesOf } from './tree.ts';
import { zshScript } from './zsh.ts';

const places = placesOf(await createProgram('all'));

/** Returns what a shell offers after these words, the last of which is being typed. */
type Offered = (words: string[]) => string[];

const bash: Offered = (words) => {
  const list = words.map((word) => `'${word}'`).join(' ');
  const script = `${bashScript(places)}
COMP_WORDS=(deployer ${list}); COMP_CWORD=${words.length}
_deployer; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return linesOf(execFileSync('bash', ['-c', script], { encoding: 'utf8' }));
};

/** fish answers for any command line; each line may have a description after a tab. */
const fish: Offered = (words) => {
  const script = `${fishScript(places)}\ncomplete -C '${['deployer', ...words].join(' ')}'`;
  const said = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' });
  return linesOf(said).map((line) => line.replace(/\t.*/, ''));
};

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['--version']).error === undefined;
}

const cases: [words: string[], offers: string[]][] = [
  [['dep'], ['deploy']],
  [['drift', 're'], ['remediate']],
  [
    ['deploy', '--on-error', ''],
    ['stop', 'continue', 'rollback'],
  ],
  [['apply', '--on-error', 'c'], ['continue']],
  [['--json', 'keys', 'create', 'x', '--role', 'v'], ['viewer']],
  [['list', 'pipe'], ['pipelines']],
  [['completion', 'z'], ['zsh']],
  [['deploy', '--message', 'd'], []],
  [['costs', 'pricebook', 'st'], ['status']],
];
for (const [shell, offered] of Object.entries({ bash, fish }))
  for (const [words, offers] of cases)
    testUnless(!isInstalled(shell) && `${shell} is not installed`)(
      `${shell} completes ${JSON.stringify(words)}`,
      () => expect(offered(words).sort()).toStrictEqual(offers.toSorted()),
    );

test('bash offers files where a file is meant', () => {
  expect(bash(['plan', '--var-file', '/etc/host'])).toContain('/etc/hosts');
  expect(bash(['audit', 'verify', '/etc/host'])).not.toContain('/etc/hosts');
});

testUnless(!isInstalled('fish') && 'fish is not installed')('fish offers files where a file is meant', () => {
  expect(fish(['plan', '--var-file', '/etc/host'])).toContain('/etc/hosts');
  expect(fish(['audit', 'verify', '/etc/host'])).not.toContain('/etc/hosts');
});

test('every place and option is in every script', () => {
  for (const script of [bashScript, zshScript, fishScript].map((write) => write(places)))
    for (const { at, options } of places) {
      expect(script).toContain(at);
      for (const { long } of options) expect(script).toContain(long.slice(2));
    }
});

for (const [shell, write] of Object.entries({ bash: bashScript, zsh: zshScript, fish: fishScript }))
  testUnless(!isInstalled(shell) && `${shell} is not installed`)(`${shell} accepts its script`, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'completion-'));
    const file = join(folder.path, 'script');
    await writeFile(file, write(places));
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect([status, stderr]).toStrictEqual([0, '']);
  });
