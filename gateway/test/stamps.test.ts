import { randomBytes } from 'node:crypto';
import type { KyselyPlugin } from 'kysely';
import { prepareRevision, saveRevision } from '../src/projects/revisions/store.ts';
import { createStamps } from '../src/projects/secrets/stamps.ts';
import { changeSecrets } from '../src/projects/secrets/store.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { onEachDatabase } from './databases.ts';

const encryption = createEncryption(randomBytes(32));
const projects = Array.from({ length: 100 }, (_, index) => `project-${index}`);

/** Counts the statements that pass. */
function counter(): KyselyPlugin & { count: number } {
  return {
    count: 0,
    transformQuery({ node }) {
      this.count += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
}

onEachDatabase((query) => {
  test('what says whether secrets have changed is read for a whole page in one statement', async () => {
    await query()
      .insertInto('projects')
      .values(projects.map((id) => ({ id })))
      .execute();
    const statements = counter();
    const stampOf = createStamps({ query: query().withPlugin(statements) });
    const before = await Promise.all(projects.map(stampOf));
    expect([statements.count, new Set(before).size]).toStrictEqual([1, 100]);

    const secret = { kind: 'variable' as const, name: 'word', value: 'a' };
    await changeSecrets(query(), encryption, 'project-7', [secret], 'somebody');
    await saveRevision(query(), encryption, 'project-8', await prepareRevision({ 'main.tf': '' }, {}));
    const after = await Promise.all(projects.map(stampOf));
    const changed = projects.filter((_, index) => before[index] !== after[index]);
    expect([statements.count, changed]).toStrictEqual([2, ['project-7', 'project-8']]);
    expect(await stampOf('no-such-project')).toBe(await stampOf('no-such-project'));
  });
});
