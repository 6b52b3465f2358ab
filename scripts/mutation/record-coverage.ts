import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantCoverage } from '@stryker-mutator/api/core';

// Loaded into each process of a test file. Writes at its end which mutants its code reached.
const folder = process.env.MUTANT_COVERAGE_DIR;
if (folder)
  process.on('exit', () => {
    const { __stryker__: stryker } = globalThis as { __stryker__?: { mutantCoverage?: MutantCoverage } };
    if (stryker?.mutantCoverage)
      writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(stryker.mutantCoverage));
  });
