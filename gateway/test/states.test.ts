import assert from 'node:assert/strict';
import { DomainError } from '@deployment-engine/service';
import {
  countResources,
  findStateVersion,
  listStateVersions,
  newestStateVersion,
  parseState,
  readNewestState,
  readStateContent,
  type StateVersion,
  saveStateVersion,
} from '../src/projects/states/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { onEachDatabase } from './databases.ts';

const encryption = createEncryption(Buffer.alloc(32, 7));
const file = (serial: number, more: object = {}) =>
  Buffer.from(
    JSON.stringify({ version: 4, terraform_version: '1.11.4', serial, lineage: 'l', resources: [], ...more }),
  );

onEachDatabase((open) => {
  const save = (projectId: string, raw: Buffer, jobId = 'j') =>
    saveStateVersion(open(), encryption, { projectId, jobId, raw });
  let mine: StateVersion[];
  let theirs: StateVersion;

  beforeAll(async () => {
    for (const id of ['mine', 'theirs', 'none']) await ensureProject(open(), id);
    mine = [await save('mine', file(1)), await save('mine', file(2)), await save('mine', file(3))];
    theirs = await save('theirs', file(9, { outputs: { key: { value: 'of-theirs' } } }));
  });

  test('a version is found only in its own project', async () => {
    const { id } = mine[0] ?? assert.fail();
    expect(await findStateVersion(open(), 'mine', id)).toStrictEqual(mine[0]);
    for (const [projectId, number] of [
      ['mine', theirs.id],
      ['theirs', id],
      ['none', id],
      ['mine', 1e9],
    ] as const)
      await assert.rejects(
        findStateVersion(open(), projectId, number),
        (error) => error instanceof DomainError && error.code === 'state_version_not_found',
        `${projectId} ${number}`,
      );
  });

  test('the newest version and the list are those of the project', async () => {
    expect(await newestStateVersion(open(), 'mine')).toStrictEqual(mine[2]);
    expect(await newestStateVersion(open(), 'theirs')).toStrictEqual(theirs);
    expect(await newestStateVersion(open(), 'none')).toBe(undefined);
    expect(await readNewestState(open(), encryption, 'none')).toBe(undefined);
    expect((await readNewestState(open(), encryption, 'mine'))?.state.serial).toStrictEqual(3);
    const serials = async (page: { before?: number; limit: number }) =>
      (await listStateVersions(open(), 'mine', page)).map(({ serial }) => serial);
    expect(await serials({ limit: 9 })).toStrictEqual([3, 2, 1]);
    expect(await serials({ limit: 2 })).toStrictEqual([3, 2]);
    expect(await serials({ limit: 9, before: mine[1]?.id ?? 0 })).toStrictEqual([1]);
  });

  test('consecutive equal contents are stored once per project, and again after a different one', async () => {
    await ensureProject(open(), 'same');
    await ensureProject(open(), 'twin');
    const first = await save('same', file(5));
    expect((await save('same', file(5), 'another-job')).id).toBe(first.id);
    expect((await save('twin', file(5))).id).not.toBe(first.id);
    await save('same', file(6));
    expect((await save('same', file(5))).id).not.toBe(first.id);
    expect((await listStateVersions(open(), 'same', { limit: 9 })).length).toBe(3);
  });

  test('content opens only as its own version', async () => {
    expect(await readStateContent(open(), encryption, theirs)).toStrictEqual(
      file(9, { outputs: { key: { value: 'of-theirs' } } }),
    );
    await assert.rejects(readStateContent(open(), encryption, { ...theirs, projectId: 'mine' }));
    const { sha256 } = mine[0] ?? assert.fail();
    await assert.rejects(readStateContent(open(), encryption, { ...theirs, sha256 }));
    await assert.rejects(readStateContent(open(), encryption, { ...theirs, id: mine[0]?.id ?? 0 }));
    const stored = await open()
      .selectFrom('state_versions')
      .select('content')
      .where('id', '=', theirs.id)
      .executeTakeFirstOrThrow();
    assert.ok(!Buffer.from(stored.content).includes('of-theirs'));
  });
});

test('a file that is not a Terraform state is refused; outputs may be absent', () => {
  expect(parseState(file(1)).outputs).toStrictEqual({});
  for (const bad of [{ serial: '1' }, { lineage: 1 }, { lineage: undefined }, { resources: {} }])
    expect(() => parseState(file(1, bad))).toThrow(/serial, lineage or resources is missing/);
  expect(() => parseState(Buffer.from('null'))).toThrow(/serial, lineage or resources is missing/);
  for (const text of ['', 'null', '[]', '{']) expect(() => parseState(Buffer.from(text))).toThrow();
});

test('managed instances are counted, data sources are not', () => {
  const resource = (mode: string, instances: number) => ({
    mode,
    type: 't',
    name: 'n',
    provider: 'p',
    instances: Array.from({ length: instances }, () => ({})),
  });
  const resources = [
    resource('managed', 2),
    resource('data', 4),
    resource('managed', 0),
    resource('managed', 1),
  ];
  expect(countResources(parseState(file(1, { resources })))).toBe(3);
});
