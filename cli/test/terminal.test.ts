import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { sharedEngine } from '../../testing/shared-engine.ts';
import { runOnTerminal, writeFiles } from './support.ts';

/** util-linux has it; the `script` of other systems takes other options. */
function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

const code =
  'resource "terraform_data" "a" {\n  input = "x"\n}\noutput "a" { value = terraform_data.a.output }\n';
const onTerminal = hasScript() ? describe : describe.skip;

onTerminal('on a terminal', () => {
  const { engine, client } = sharedEngine();
  let folder = '';

  beforeAll(async () => {
    folder = `${engine().directory}/on-terminal`;
    await writeFiles(folder, { 'main.tf': code });
  });

  const deployer = (words: string[], answers: [RegExp, string][]) =>
    runOnTerminal(engine().url, words, answers, { cwd: folder });

  test('a deploy shows the plan, asks, and applies after yes', async () => {
    const { code: exit, screen } = await deployer(['deploy'], [[/Only "yes" is accepted: /, 'yes\n']]);
    assert.equal(exit, 0, screen);
    expect(screen).toContain('terraform_data.a will be created');
    expect(stripVTControlCharacters(screen)).toMatch(/\r\[#* *\] \d+ % {2}\w+/);
    expect(screen).toMatch(/on-terminal: 1 created\r\n\r\nOutputs:\r\na = "x"\r\n$/);
  });

  test('any other answer cancels, and nothing is changed', async () => {
    const asks = /Destroy everything that on-terminal has deployed\? Only "yes" is accepted: /;
    const { code: exit, screen } = await deployer(['destroy'], [[asks, 'y\n']]);
    expect([exit, screen]).toStrictEqual([
      1,
      expect.stringContaining('the job was cancelled before anything was changed'),
    ]);
    expect((await client.get('/api/deploy/outputs/on-terminal')).body.outputs).toStrictEqual({ a: 'x' });
  });

  test('Ctrl-C asks; d detaches with code 130 and says how to come back', async () => {
    const { code: exit, screen } = await deployer(
      ['deploy', '--project', 'left'],
      [
        [/Z init done/, '\u0003'],
        [/Detach, cancel job .*, or go on\? \[d\/c\/G\] /, 'd\n'],
      ],
    );
    assert.equal(exit, 130, screen);
    expect(screen).toMatch(/detached; job (deploy-\S+) goes on\. Watch it with: deployer logs \1 --follow/);
  });
});
