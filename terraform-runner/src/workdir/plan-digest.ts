import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, isTestFile } from '@deployment-engine/contracts';
import { revisionDigest } from '@deployment-engine/runner-api';
import { readRegular } from '../files/regular-file.ts';
import { sha256, sha256OfFile } from '../files/sha256.ts';
import type { JobPaths } from './job-paths.ts';

export type PlanParts = {
  planSha256: string;
  revisionDigest: string;
  rootModule: string;
  variables: Record<string, unknown>;
  stateSha256: string | undefined;
};

/** Digests everything an apply depends on, and an approval is bound to: plan file, code, variables, state. */
export function planDigest(parts: PlanParts): string {
  const lines = [
    `plan ${parts.planSha256}`,
    `code ${parts.revisionDigest}`,
    `root ${parts.rootModule}`,
    `variables ${sha256(canonicalJson(parts.variables))}`,
    `state ${parts.stateSha256 ?? 'none'}`,
  ];
  return sha256(lines.join('\n'));
}

/** Digests what is in a job's folder now; `undefined` if plan or code are incomplete. */
export async function planDigestOfJob(
  paths: JobPaths,
  request: { rootModule: string; variables: Record<string, unknown> },
): Promise<string | undefined> {
  try {
    const state = await readRegular(paths.state);
    return planDigest({
      planSha256: await sha256OfFile(paths.plan),
      revisionDigest: revisionDigest(await readProjectFiles(paths)),
      rootModule: request.rootModule,
      variables: request.variables,
      stateSha256: state && sha256(state),
    });
  } catch {
    return undefined;
  }
}

async function readProjectFiles(paths: JobPaths): Promise<Map<string, Buffer>> {
  const names: string[] = JSON.parse(await readFile(paths.manifest, 'utf8'));
  const entries = names.map(async (name) => {
    const content = await readRegular(join(isTestFile(name) ? paths.aside : paths.code, name));
    if (!content) throw new Error(`reading the code: ${name} is no longer a regular file`);
    return [name, content] as const;
  });
  return new Map(await Promise.all(entries));
}
