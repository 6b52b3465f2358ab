import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadRecord, type RunRecord } from './run-record.ts';

/** Returns every run on disk with a readable record. */
export function findRuns(runsDir: string): { directory: string; record: RunRecord }[] {
  const directories = names(runsDir)
    .filter((jobId) => !jobId.startsWith('.'))
    .flatMap((jobId) => {
      const runs = join(runsDir, jobId, 'runs');
      return names(runs).map((runId) => join(runs, runId));
    });
  return directories.flatMap((directory) => {
    const record = loadRecord(directory);
    return record ? [{ directory, record }] : [];
  });
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
