declare module 'jest-light-runner' {
  import type { SerializableError, Test, TestResult } from '@jest/test-result';
  import type { Config } from '@jest/types';

  /** Runs tests in this process where `maxWorkers` is 1. */
  export default class LightRunner {
    constructor(globalConfig: Config.GlobalConfig);
    runTests(
      tests: Test[],
      watcher: undefined,
      onStart: (test: Test) => Promise<void>,
      onResult: (test: Test, result: TestResult) => Promise<void>,
      onFailure: (test: Test, error: SerializableError) => Promise<void>,
    ): Promise<void>;
  }
}
