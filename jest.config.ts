import type { Config } from 'jest';

/** Suites run in this order: fast ones first, so that a mistake shows early. */
export const suites = {
  unit: ['packages', 'testing', 'gateway/src', 'terraform-runner/src', 'cli/src', 'scripts'],
  service: ['terraform-runner/test', 'gateway/test', 'cli/test'],
  e2e: ['e2e'],
  slow: ['e2e/slow'],
};

/** Takes minutes for one file: runs by name only. */
export const byNameOnly = 'slow';

const config: Config = {
  maxWorkers: 2,
  reporters: ['<rootDir>/scripts/jest/report.ts'],
  testSequencer: '<rootDir>/scripts/jest/slowest-first.ts',
  watchman: false,
  projects: Object.entries(suites).map(([displayName, folders]) => ({
    displayName,
    roots: folders.map((folder) => `<rootDir>/${folder}`),
    testMatch: ['**/*.test.ts'],
    testPathIgnorePatterns: displayName === byNameOnly ? [] : ['/e2e/slow/'],
    runner: '<rootDir>/scripts/jest/runner.ts',
    transform: {},
  })),
};

export default config;
