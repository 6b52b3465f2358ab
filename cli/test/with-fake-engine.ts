import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeEngine } from './fake-engine.ts';
import { writeFiles } from './support.ts';

/** What the tests of a file share: a folder of code, and an engine that is new for each test. */
export type WithFakeEngine = { folder(): string; engine(): FakeEngine };

/** Gives each test of the current file an engine of its own, and all of them one folder with these files. */
export function withFakeEngine(files: Record<string, string> = { 'main.tf': '# code' }): WithFakeEngine {
  let folder = '';
  let engine: FakeEngine | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-'));
    await writeFiles(folder, files);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    engine = await FakeEngine.start();
  });
  afterEach(() => engine?.[Symbol.asyncDispose]());
  return {
    folder: () => folder,
    engine() {
      if (!engine) throw new Error('an engine starts before each test');
      return engine;
    },
  };
}
