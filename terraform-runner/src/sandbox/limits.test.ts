import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { limitArguments } from './limits.ts';

const megabyte = 1024 * 1024;
const limits = { memoryMb: 4096, processes: 4001, openFiles: 200, fileMb: 12, cpuSeconds: 77 };

test('every limit holds for the command after the arguments, and cannot be raised by it', () => {
  const shown = execFileSync('prlimit', [...limitArguments(limits), 'cat', '/proc/self/limits'], {
    encoding: 'utf8',
  });
  const of = (name: string) => new RegExp(`^${name} +(\\S+) +(\\S+)`, 'm').exec(shown)?.slice(1).map(Number);
  for (const [name, value] of [
    ['Max address space', limits.memoryMb * megabyte],
    ['Max processes', limits.processes],
    ['Max open files', limits.openFiles],
    ['Max file size', limits.fileMb * megabyte],
    ['Max cpu time', limits.cpuSeconds],
    ['Max core file size', 0],
  ] as const)
    assert.deepEqual(of(name), [value, value], name);
});
