import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantCoverage } from '@stryker-mutator/api/core';
import { limitEachTest } from '../jest/time-limits.ts';

type Recorded = { mutantCoverage?: MutantCoverage; currentTestId?: string };

// Loaded into each process of a test file. Writes at its end which mutants its code reached: those of modules that load
// under `static`, those of tests under one name.
const folder = process.env.MUTANT_COVERAGE_DIR;
if (folder) {
  const global = globalThis as { __stryker__?: Recorded };
  limitEachTest(() => {
    if (global.__stryker__) global.__stryker__.currentTestId = 'tests';
  });
  process.on('exit', () => {
    const { mutantCoverage } = global.__stryker__ ?? {};
    if (mutantCoverage) writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(mutantCoverage));
  });
}
