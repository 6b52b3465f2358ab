import { enginePrincipal } from '../src/access/principal.ts';
import { insertJob } from '../src/jobs/store.ts';
import { isSealIntact } from '../src/projects/plans/seal.ts';
import { findPlan, type StoredPlan, savePlan } from '../src/projects/plans/store.ts';
import { prepareRevision, saveRevision } from '../src/projects/revisions/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { onEachDatabase } from './databases.ts';

const encryption = createEncryption(Buffer.alloc(32, 7));

onEachDatabase((open) => {
  let plan: StoredPlan;
  let count = 0;

  beforeEach(async () => {
    count += 1;
    const projectId = `sealed-${count}`;
    await ensureProject(open(), projectId);
    for (const text of ['a', 'b'])
      await saveRevision(open(), encryption, projectId, await prepareRevision({ 'main.tf': text }, { text }));
    const job = { projectId, type: 'deploy', revision: 1, createdBy: enginePrincipal } as const;
    plan = await storedPlan((await insertJob(open(), job)).id);
  });

  async function storedPlan(jobId: string): Promise<StoredPlan> {
    const made = { jobId, digest: 'd', stateSerial: 3, stateLineage: 'l' };
    await savePlan(open(), encryption, {
      ...made,
      json: Buffer.from('{}'),
      file: Buffer.from(`of ${jobId}`),
    });
    return (await findPlan(open(), jobId)) as StoredPlan;
  }

  const intact = (more: Partial<StoredPlan> = {}) => isSealIntact(open(), encryption, { ...plan, ...more });
  const changePlan = (set: object) =>
    open().updateTable('plans').set(set).where('job_id', '=', plan.jobId).execute();

  test('an unchanged plan has an intact seal, for the engine’s key only', async () => {
    expect(await intact()).toBe(true);
    expect(await isSealIntact(open(), createEncryption(Buffer.alloc(32, 8)), plan)).toBe(false);
  });

  test.each([{ digest: 'e' }, { stateSerial: 4 }, { stateSerial: null }, { stateLineage: 'm' }])(
    'the seal does not hold for another plan: %j',
    async (more) => {
      expect(await intact(more)).toBe(false);
    },
  );

  test.each([{ type: 'destroy' as const }, { revision: 2 }, { revision: 9 }])(
    'the seal does not hold for another job: %j',
    async (set) => {
      await open().updateTable('jobs').set(set).where('id', '=', plan.jobId).execute();
      expect(await intact()).toBe(false);
    },
  );

  test.each(['digest', 'variables_digest'] as const)(
    'the seal does not hold if the revision has another %s',
    async (column) => {
      const revisions = open().updateTable('revisions').where('project_id', '=', `sealed-${count}`);
      const other = open().selectFrom('revisions').select(column).where('number', '=', 2).limit(1);
      await revisions
        .where('number', '=', 1)
        .set({ [column]: other })
        .execute();
      expect(await intact()).toBe(false);
    },
  );

  test.each([
    { seal: null },
    { plan_file: null },
    { seal: Buffer.from('x') },
    { plan_file: Buffer.from('x') },
  ])('a plan without a seal or file that opens has no intact seal: %j', async (set) => {
    await changePlan(set);
    expect(await intact()).toBe(false);
  });

  test('seal and file of another job are not those of this one', async () => {
    const parts = await open().selectFrom('plans').select(['seal', 'plan_file']).execute();
    const job = {
      projectId: `sealed-${count}`,
      type: 'deploy',
      revision: 1,
      createdBy: enginePrincipal,
    } as const;
    const first = plan;
    plan = await storedPlan((await insertJob(open(), job)).id);
    expect(await intact()).toBe(true);
    const own = await open()
      .selectFrom('plans')
      .select(['seal', 'plan_file'])
      .where('job_id', '=', first.jobId)
      .executeTakeFirstOrThrow();
    expect(parts).toContainEqual(own);
    for (const set of [{ seal: own.seal }, { plan_file: own.plan_file }, own]) {
      await changePlan(set);
      expect(await intact()).toBe(false);
    }
  });
});
