import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTRUMENTER_CONSTANTS, type MutantCoverage } from '@stryker-mutator/api/core';

// Loaded into each process of a test file: writes at its end which mutants its code came by.
const folder = process.env.MUTANT_COVERAGE_DIR;
if (folder)
  process.on('exit', () => {
    const coverage = (globalThis as { __stryker__?: { mutantCoverage?: MutantCoverage } })[
      INSTRUMENTER_CONSTANTS.NAMESPACE
    ]?.mutantCoverage;
    if (coverage) writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(coverage));
  });
