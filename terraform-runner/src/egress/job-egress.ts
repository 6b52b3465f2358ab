import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '@deployment-engine/service';
import pLimit from 'p-limit';
import { isRunning, startBackground, stopBackground, whenReady } from '../process/background.ts';
import { type EgressOptions, egressFiles, type Namespace, readNamespace } from './namespace.ts';

const readyMs = 10_000;
const mainPath = join(import.meta.dirname, 'main.ts');

/** Creates the namespace in parallel with the egress process, which takes longer to start. */
const script = `
folder=$1 node=$2 main=$3
shift 3
"$@" 3> "$folder/${egressFiles.holder}" &
cd "$folder" && exec "$node" "$main"
`;

export type JobEgress = ReturnType<typeof createJobEgress>;

/** Manages a job's egress process. It lives in this folder, outlives the runner, and ends with the job. */
export function createJobEgress(folder: string) {
  const next = pLimit(1); // an early provider and the plan may call at the same time

  async function ensure(options: EgressOptions, listening: boolean): Promise<Namespace> {
    const text = JSON.stringify(options);
    const optionsPath = join(folder, egressFiles.options);
    if (!(isRunning(folder) && readText(optionsPath) === text)) {
      await stop();
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(optionsPath, text, { mode: 0o600 });
      startBackground(folder, {
        file: '/bin/sh',
        args: ['-c', script, 'engine-egress', folder, process.execPath, mainPath, ...options.holdNamespace],
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', NODE_COMPILE_CACHE: options.nodeCache },
        cwd: folder,
      });
    }
    const namespace = await whenReady(folder, readyMs, () =>
      listening && !existsSync(join(folder, egressFiles.ready)) ? undefined : readNamespace(folder, options),
    );
    if (!namespace)
      throw new DomainError(
        'internal',
        "starting the egress proxy: it did not become ready; check that the runner's user may create network namespaces",
      );
    return namespace;
  }

  async function stop(): Promise<void> {
    if (existsSync(folder)) await stopBackground(folder);
  }

  return {
    /** Creates the job's network unless it exists. `listening` also waits for the proxy. */
    ensure: (options: EgressOptions, { listening }: { listening: boolean }) =>
      next(() => ensure(options, listening)),
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
