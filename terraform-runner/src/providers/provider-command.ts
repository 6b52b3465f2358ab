import { join } from 'node:path';
import type { JobPaths } from '../jobs/job-paths.ts';

const proxyPath = join(import.meta.dirname, 'proxy', 'main.ts');

/** The provider behind a proxy that gives Terraform only the schemas this job's code and state can use. */
export function providerCommand(paths: JobPaths, binary: string): [string, ...string[]] {
  return [process.execPath, proxyPath, binary, paths.code, paths.rootModule];
}
