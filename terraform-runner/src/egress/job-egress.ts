import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../domain-error.ts';
import { isRunning, startBackground, stopBackground, whenReady } from '../process/background.ts';
import { inTurn } from '../process/in-turn.ts';
import { type EgressOptions, egressFiles, type Namespace } from './namespace.ts';

const readyMs = 10_000;

export type JobEgress = ReturnType<typeof createJobEgress>;

/** The egress process of one job. It lives in this folder, outlives the runner, and ends with the job. */
export function createJobEgress(folder: string) {
  const next = inTurn(); // an early provider and the plan may both ask

  async function ensure(options: EgressOptions): Promise<Namespace> {
    const text = JSON.stringify(options);
    const optionsPath = join(folder, egressFiles.options);
    if (!(isRunning(folder) && readText(optionsPath) === text)) {
      await stop();
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(optionsPath, text, { mode: 0o600 });
      startBackground(folder, {
        file: process.execPath,
        args: [join(import.meta.dirname, 'main.ts'), folder],
        env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
        cwd: folder,
      });
    }
    const namespace = await whenReady(folder, readyMs, () => readText(join(folder, egressFiles.namespace)));
    if (!namespace)
      throw new DomainError(
        'internal',
        "starting the egress proxy: it does not get ready; see whether the runner's user may make network namespaces",
      );
    return JSON.parse(namespace);
  }

  async function stop(): Promise<void> {
    if (existsSync(folder)) await stopBackground(folder);
  }

  return {
    ensure: (options: EgressOptions) => next(() => ensure(options)),
    stop: () => next(stop),
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
