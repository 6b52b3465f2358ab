import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testUnless } from '../../scripts/jest/unless.ts';
import { runDeployer } from './support.ts';
import { endTerminals, type OnTerminal, startProgram } from './terminal-kit.ts';

const skip = spawnSync('zsh', ['--version']).error !== undefined && 'zsh is not installed';
const clearLine = '\u0015';
let folder = '';

beforeAll(async () => {
  if (skip) return;
  folder = await mkdtemp(join(tmpdir(), 'zsh-'));
  const { stdout } = await runDeployer(undefined, ['completion', 'zsh']);
  await mkdir(join(folder, 'functions'));
  await writeFile(join(folder, 'functions/_deployer'), stdout);
  await writeFile(join(folder, 'of-mine.tfvars'), '');
});
afterEach(endTerminals);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts zsh without its settings, and loads the completion by these commands. */
async function zshWith(...commands: string[]): Promise<OnTerminal> {
  const zsh = startProgram('zsh', ['-f', '-i'], { cwd: folder, columns: 140 });
  const ready = 'setopt no_beep; PS1="read""y> "; clear';
  zsh.type(`${[...commands, ready].join('; ')}\r`);
  await zsh.shows(/^ready>$/m);
  return zsh;
}
const sourced = ['autoload -U compinit', 'compinit -D -u', 'source functions/_deployer'];
const autoloaded = ['fpath=($PWD/functions $fpath)', 'autoload -U compinit', 'compinit -D -u'];

testUnless(skip)('zsh completes commands, values of options and files', async () => {
  const zsh = await zshWith(...sourced);
  for (const [typed, completed] of [
    ['deployer dep', 'deployer deploy '],
    ['deployer drift re', 'deployer drift remediate '],
    ['deployer apply --on-error c', 'deployer apply --on-error continue '],
    ['deployer --json keys create x --role v', 'deployer --json keys create x --role viewer '],
    ['deployer list pipe', 'deployer list pipelines '],
    ['deployer costs pricebook st', 'deployer costs pricebook status '],
    ['deployer plan --det', 'deployer plan --detailed-exitcode '],
    ['deployer plan --var-file of', 'deployer plan --var-file of-mine.tfvars '],
  ] as const) {
    zsh.type(`${typed}\t.`);
    await zsh.shows(`ready> ${completed}.`);
    zsh.type(clearLine);
  }
});

testUnless(skip)('zsh lists what may follow; options only after a hyphen', async () => {
  const zsh = await zshWith(...sourced);
  zsh.type('deployer orphans \t');
  await zsh.shows(/^acknowledge +-- let objects no longer block deploys[\s\S]*^list +-- /m);
  expect(zsh.screen()).not.toContain('--json');
  zsh.type('--\t');
  await zsh.shows(/^--json +-- print the engine's answer as JSON/m);
});

testUnless(skip)('zsh completes at the first use of a script that lies in a folder of fpath', async () => {
  const zsh = await zshWith(...autoloaded);
  zsh.type('deployer drift re\t.');
  await zsh.shows('ready> deployer drift remediate .');
});
