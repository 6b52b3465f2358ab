import { inspect } from 'node:util';
import { addEventHandler, type Event, type State } from 'jest-circus';

// The real timers, even if a test fakes them.
const { setTimeout, clearTimeout } = globalThis;

/** Timeout of a test or hook that sets none. */
const defaultLimitMs = 600_000;

type Limited = { fn?: unknown; timeout?: number | undefined };

/** `defaultLimitMs` is asked when a test or hook that sets no timeout starts; without an answer the usual one counts. */
type Options = { defaultLimitMs?: () => number | undefined; onFailure?: () => void };

/**
 * Makes each test and hook fail after its timeout, because jest-light-runner ignores timeouts. Calls
 * `onStart` when each test and hook starts; it fails if `onStart` throws.
 */
export function limitEachTest(onStart: OnStart, options: Options = {}): void {
  addEventHandler((event: Event, { currentDescribeBlock }: State) => {
    const added: [Limited | undefined, string] | undefined =
      event.name === 'add_test'
        ? [currentDescribeBlock.children.at(-1) as Limited, event.testName]
        : event.name === 'add_hook'
          ? [currentDescribeBlock.hooks.at(-1) as Limited, event.hookType]
          : undefined;
    if (!added) return;
    const [target, name] = added;
    if (typeof target?.fn === 'function')
      target.fn = limited(target.fn as TestFunction, target.timeout, name, onStart, options);
  });
}

type TestFunction = () => unknown;
type OnStart = (name: string, limitMs: number) => void;

function limited(
  run: TestFunction,
  givenMs: number | undefined,
  name: string,
  onStart: OnStart,
  options: Options,
): TestFunction {
  if (run.length > 0) throw new TypeError(`"${name}" takes an argument; tests and hooks get none here`);
  return async () => {
    const timeoutMs = givenMs ?? options.defaultLimitMs?.() ?? defaultLimitMs;
    onStart(name, timeoutMs);
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`"${name}" ran for more than ${timeoutMs} ms`)),
      timeoutMs,
    );
    timer.unref();
    try {
      await Promise.race([run(), tooLate]);
    } catch (error) {
      options.onFailure?.();
      throw error instanceof Error ? error : new Error(`"${name}" threw ${inspect(error)}`); // has a stack
    } finally {
      clearTimeout(timer);
    }
  };
}
