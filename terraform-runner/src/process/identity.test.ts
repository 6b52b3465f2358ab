import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterTest } from '../../../scripts/jest/after-test.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import {
  identify,
  interruptBelow,
  isAlive,
  killSession,
  type ProcessIdentity,
  readIdentity,
  recordIdentityScript,
  sessionOf,
} from './identity.ts';

const pidOf = ({ pid }: ChildProcess): number => pid ?? assert.fail('it did not start');

/** A shell that leads a session of its own and has a child, as the runner's commands do. */
async function session(script = 'sleep 600 & wait') {
  const shell = spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' });
  afterTest(() => {
    try {
      process.kill(-pidOf(shell), 'SIGKILL');
    } catch {} // it has ended
  });
  const identity = identify(pidOf(shell)) ?? assert.fail('it has no identity');
  await waitUntil('it has a child', () => childrenOf(identity.pid).length > 0);
  return { shell, identity };
}

/**
 * Records what is signalled, and passes it on to the test's own processes alone: a mistake in what is found would
 * otherwise end whatever else runs on this machine.
 */
function sender(...own: number[]) {
  const sent: string[] = [];
  return {
    sent,
    send(pid: number, signal: NodeJS.Signals): boolean {
      sent.push(`${signal} ${pid}`);
      return own.includes(Math.abs(pid)) ? process.kill(pid, signal) : false;
    },
  };
}

const others = (identity: ProcessIdentity): Record<string, ProcessIdentity> => ({
  'of an earlier boot': { ...identity, bootId: '00000000-0000-0000-0000-000000000000' },
  'that had its pid before': { ...identity, startTicks: String(Number(identity.startTicks) - 1) },
});

test('a process is alive as long as it runs, and its session holds its children', async () => {
  const { shell, identity } = await session();
  expect(isAlive(identity)).toBe(true);
  assert.equal(sessionOf(identity)[0], shell.pid, 'the oldest comes first');
  expect(sessionOf(identity)).not.toContain(process.pid);
});

for (const kind of ['of an earlier boot', 'that had its pid before'])
  test(`a process ${kind} is not taken for the one that has its pid now, and nothing is killed`, async () => {
    const { shell, identity } = await session();
    const other = others(identity)[kind] ?? assert.fail(kind);
    expect(isAlive(other)).toBe(false);
    expect(sessionOf(other)).toStrictEqual([]);
    const { sent, send } = sender();
    expect(interruptBelow(other, '/bin/none', send)).toBe(false);
    killSession(other, send);
    expect(sent).toStrictEqual([]);
    expect(sessionOf(identity).length).toBe(2);
    expect(shell.exitCode ?? shell.signalCode).toBe(null);
  });

test('a session is killed with its leader, and also where its leader is gone', async () => {
  const whole = await session();
  const { pid } = whole.identity;
  const [child = 0] = childrenOf(pid);
  const all = sender(pid, child);
  killSession(whole.identity, (target, signal) => {
    const isSent = all.sent.length === 0 && all.send(target, signal); // the group is enough
    if (!isSent) all.sent.push(`${signal} ${target}`);
    return isSent;
  });
  expect(all.sent[0]).toBe(`SIGKILL ${-pid}`);
  assert.ok(all.sent.slice(1).every((one) => [`SIGKILL ${pid}`, `SIGKILL ${child}`].includes(one)));
  await waitUntil('it is gone', () => sessionOf(whole.identity).length === 0);
  expect(isAlive(whole.identity)).toBe(false);

  const orphaned = await session();
  const [left = 0] = childrenOf(orphaned.identity.pid);
  process.kill(pidOf(orphaned.shell), 'SIGKILL');
  await once(orphaned.shell, 'exit');
  expect(isAlive(orphaned.identity)).toBe(false);
  assert.equal(sessionOf(orphaned.identity).length, 1, 'its child is still there');
  const later = { ...orphaned.identity, startTicks: `${Number(identify(left)?.startTicks) + 1}` };
  assert.deepEqual(sessionOf(later), [], 'what is older than the leader is of another session');
  const rest = sender(left);
  killSession(orphaned.identity, rest.send);
  assert.deepEqual(rest.sent, [`SIGKILL ${left}`], 'its group may be another one by now');
  await waitUntil('its child is gone', () => sessionOf(orphaned.identity).length === 0);
});

test('a process that has ended but is not collected yet is not alive', async () => {
  // The shell replaces itself after its child has ended, so that nobody collects it.
  const { identity } = await session('sleep 600 & echo; exec sleep 601');
  const [child = 0] = childrenOf(identity.pid);
  const ended = identify(child) ?? assert.fail();
  process.kill(child, 'SIGKILL');
  await waitUntil('it is a zombie', () => readFileSync(`/proc/${child}/stat`, 'utf8').includes(') Z '));
  expect(isAlive(ended)).toBe(false);
  expect(sessionOf(identity)).toStrictEqual([identity.pid]);
});

test('what starts a session of its own is no part of the one it was started in', async () => {
  const { identity } = await session('sleep 600 & setsid sleep 602 & wait');
  await waitUntil('both children run', () => childrenOf(identity.pid).length === 2);
  const [apart] = await waitUntil('one is apart', () => {
    const found = childrenOf(identity.pid).filter((pid) => !sessionOf(identity).includes(pid));
    return found.length > 0 && found;
  });
  afterTest(() => process.kill(apart ?? assert.fail(), 'SIGKILL'));
  expect(sessionOf(identity).length).toBe(2);
});

test('the interrupt goes to the program below the shell, not to the shell', async () => {
  const { shell, identity } = await session('trap "exit 3" INT; sleep 600; exit 5');
  const [sleep = 0] = childrenOf(identity.pid);
  await waitUntil('it is the program', () => realExecutable(sleep) !== realExecutable(shell.pid ?? 0));
  const { sent, send } = sender(sleep);
  expect(interruptBelow(identity, '/bin/none', send)).toBe(true);
  expect(sent).toStrictEqual([`SIGINT ${sleep}`]);
  const [code] = await once(shell, 'exit');
  assert.equal(code, 5, 'its child was interrupted, the shell went on');
});

test('the interrupt goes to the named program where there are several, and to none that wraps it', async () => {
  const wrapped = await session('prlimit --core=0 sh -c "sleep 600; exit 7"; exit $?');
  const [shell = 0] = childrenOf(wrapped.identity.pid);
  await waitUntil('the innermost runs', () => childrenOf(shell).length === 1);
  const [sleep = 0] = childrenOf(shell);
  await waitUntil('it is the program', () => realExecutable(sleep) !== realExecutable(shell));
  const { sent, send } = sender(sleep);
  expect(interruptBelow(wrapped.identity, realExecutable(sleep), send)).toBe(true);
  expect(sent).toStrictEqual([`SIGINT ${sleep}`]);
  const [code] = await once(wrapped.shell, 'exit');
  assert.equal(code, 7, 'only the named program was interrupted');
});

test('where nothing has the name, the interrupt goes to the program inside what wraps it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'id-'));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  const wrapper = join(directory, 'bwrap');
  copyFileSync('/bin/sh', wrapper);
  const { identity } = await session(`${wrapper} -c "sleep 600; exit 7"; exit $?`);
  const [wrapping = 0] = childrenOf(identity.pid);
  await waitUntil('the wrapper runs its program', () => childrenOf(wrapping).length === 1);
  const [sleep = 0] = childrenOf(wrapping);
  await waitUntil('it is the program', () => realExecutable(sleep) !== realExecutable(wrapping));
  const { sent, send } = sender(sleep);
  expect(interruptBelow(identity, '/bin/none', send)).toBe(true);
  expect(sent).toStrictEqual([`SIGINT ${sleep}`]);
});

test('there is nothing to interrupt where only the shell runs', async () => {
  const shell = spawn('/bin/sh', ['-c', 'read x'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  afterTest(() => shell.kill('SIGKILL'));
  const identity = identify(pidOf(shell)) ?? assert.fail();
  await waitUntil('it is a shell', () => /sh$/.test(realExecutable(identity.pid)));
  const { sent, send } = sender();
  expect(interruptBelow(identity, '/bin/none', send)).toBe(false);
  expect(sent).toStrictEqual([]);
  shell.stdin?.end();
  await once(shell, 'exit');
});

test('a shell records its identity once, and another in the same folder ends before it does anything', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'id-'));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  expect(readIdentity(directory)).toBe(undefined);
  const script = `${recordIdentityScript}\necho done`;
  const run = async () => {
    const shell = spawn('/bin/sh', ['-c', script, 'x', directory], { stdio: ['ignore', 'pipe', 'ignore'] });
    const output: Buffer[] = [];
    shell.stdout.on('data', (chunk) => output.push(chunk));
    const [code] = await once(shell, 'close');
    return { code, output: Buffer.concat(output).toString(), pid: shell.pid };
  };
  const first = await run();
  const recorded = readIdentity(directory);
  expect([first.code, first.output]).toStrictEqual([0, 'done\n']);
  expect(recorded?.pid).toBe(first.pid);
  expect(recorded?.bootId).toBe(identify(process.pid)?.bootId);
  const second = await run();
  expect([second.code, second.output]).toStrictEqual([125, '']);
  expect(readIdentity(directory)).toStrictEqual(recorded);
});

test('an identity that is half written or no identity is none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'id-'));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  const stat = readFileSync('/proc/self/stat', 'utf8').trim();
  for (const text of ['', 'boot', `boot ${stat}`, 'boot \n', 'boot 12 (x) S\n', `${stat.slice(0, 3)}\n`]) {
    writeFileSync(join(directory, 'pid'), text);
    assert.equal(readIdentity(directory), undefined, JSON.stringify(text));
  }
  writeFileSync(join(directory, 'pid'), `boot ${stat.replace(/^\d+/, '1')}\n`);
  assert.equal(readIdentity(directory), undefined, 'the first process of a machine is never a command');
});

test('a process whose name has spaces and parentheses is read like any other', () => {
  const directory = mkdtempSync(join(tmpdir(), 'id-'));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  const fields = Array.from({ length: 20 }, (_, index) => String(index + 100));
  writeFileSync(join(directory, 'pid'), `boot 77 (a) b (c) ${['S', ...fields].join(' ')}\n`);
  expect(readIdentity(directory)).toStrictEqual({ pid: 77, startTicks: '118', bootId: 'boot' });
});

test('a process that is not there has no identity', () => {
  expect(identify(2 ** 22 + 1)).toBe(undefined);
});

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

function realExecutable(pid: number): string {
  return readlinkSync(`/proc/${pid}/exe`);
}
