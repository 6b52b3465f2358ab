const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Calls `cleanUp` after the current test, in the order of the calls. */
export function afterTest(cleanUp: () => unknown): void {
  cleanUps.push(cleanUp);
}
