import { relative, resolve } from 'node:path';
import { type AggregatedResult, DefaultReporter, type TestContext } from '@jest/reporters';

const root = resolve(import.meta.dirname, '../..');
const shown = 10;

/** Jest's report of each file; then all failures again, the slowest files, and one line of counts. */
export default class Report extends DefaultReporter {
  override onRunComplete(_contexts?: Set<TestContext>, results?: AggregatedResult): void {
    super.onRunComplete();
    if (results) this.log(`${failures(results)}\nslowest files:\n${slowest(results)}\n${counts(results)}`);
  }
}

function failures({ testResults }: AggregatedResult): string {
  const failed = testResults.filter(({ failureMessage }) => failureMessage);
  if (failed.length === 0) return '';
  return `\nfailures:\n${failed.map((file) => `${relative(root, file.testFilePath)}\n${file.failureMessage}`).join('\n')}`;
}

function slowest({ testResults }: AggregatedResult): string {
  return testResults
    .map(({ testFilePath, perfStats }) => ({
      file: relative(root, testFilePath),
      seconds: (perfStats.end - perfStats.start) / 1000,
    }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, shown)
    .map(({ file, seconds }) => `  ${seconds.toFixed(1)} s  ${file}\n`)
    .join('');
}

/** Counts a file that could not run as a failed test. */
function counts(results: AggregatedResult): string {
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = results;
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  return `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed${skipped}`;
}
