import { execFileSync, spawnSync } from 'node:child_process';
import { createProgram } from '../program.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { placesOf } from './tree.ts';
import { zshScript } from './zsh.ts';

const places = placesOf(await createProgram('all'));

/** Returns what bash offers after these words, the last of which is being typed. */
function offered(...words: string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(' ');
  const script = `${bashScript(places)}
COMP_WORDS=(deployer ${list}); COMP_CWORD=${words.length}
_deployer; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n').filter(Boolean);
}

test.each<[words: string[], offers: string[]]>([
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
])('bash completes %j', (words, offers) => {
  expect(offered(...words)).toStrictEqual(offers);
});

test('bash offers files where a file is meant', () => {
  expect(offered('plan', '--var-file', '/etc/host')).toContain('/etc/hosts');
  expect(offered('audit', 'verify', '/etc/host')).not.toContain('/etc/hosts');
});

test('every place and option is in every script', () => {
  for (const script of [bashScript, zshScript, fishScript].map((write) => write(places)))
    for (const { at, options } of places) {
      expect(script).toContain(at);
      for (const { long } of options) expect(script).toContain(long.slice(2));
    }
});

for (const [shell, write] of Object.entries({ bash: bashScript, zsh: zshScript, fish: fishScript })) {
  const isInstalled = spawnSync(shell, ['--version']).error === undefined;
  (isInstalled ? test : test.skip)(`${shell} accepts its script`, () => {
    const { status, stderr } = spawnSync(shell, ['-n'], { input: write(places), encoding: 'utf8' });
    expect([status, stderr]).toStrictEqual([0, '']);
  });
}
