import assert from 'node:assert/strict';
import type { Accepted } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { type IdempotentRequest, oncePerKey } from '../src/jobs/idempotency.ts';
import { onEachDatabase } from './databases.ts';

const request: IdempotentRequest = { caller: 'key:a', key: 'k', operation: 'deploy', bodySha256: 'x' };
const answer = (jobId: string): Accepted => ({ jobId, status: 'accepted', message: 'm' });

onEachDatabase((open) => {
  /** Returns the created id, or the one stored before. */
  const create = async (jobId: string, more: Partial<IdempotentRequest> = {}) =>
    (
      await open()
        .transaction()
        .execute((trx) => oncePerKey(trx, { ...request, ...more }, async () => answer(jobId)))
    ).jobId;

  test('a repeated request gets the first answer if caller, operation and key are the same', async () => {
    const variants: Partial<IdempotentRequest>[] = [
      {},
      { caller: 'key:b' },
      { operation: 'destroy' },
      { key: 'l' },
      { caller: 'key:b', operation: 'destroy', key: 'l' },
    ];
    for (const [index, variant] of variants.entries())
      assert.equal(await create(`first-${index}`, variant), `first-${index}`, JSON.stringify(variant));
    for (const [index, variant] of [...variants.entries()].reverse())
      assert.equal(await create('again', variant), `first-${index}`, JSON.stringify(variant));
  });

  test('another body under the same key is refused', async () => {
    await create('one', { key: 'body' });
    await assert.rejects(
      create('two', { key: 'body', bodySha256: 'y' }),
      (error) => error instanceof DomainError && error.code === 'idempotency_key_reused',
    );
    expect(await create('three', { key: 'body' })).toBe('one');
  });

  test('a failed creation stores no key', async () => {
    await expect(
      open()
        .transaction()
        .execute((trx) =>
          oncePerKey(trx, { ...request, key: 'broken' }, () => Promise.reject(new Error('no'))),
        ),
    ).rejects.toThrow(/no/);
    expect(await create('second', { key: 'broken' })).toBe('second');
  });

  test('without a key every request creates a job', async () => {
    const twice = ['a', 'b'].map((jobId) => oncePerKey(open(), undefined, async () => answer(jobId)));
    expect((await Promise.all(twice)).map(({ jobId }) => jobId)).toStrictEqual(['a', 'b']);
  });
});
