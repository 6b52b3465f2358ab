import { createHash } from 'node:crypto';
import { canonicalJson } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Request } from 'express';
import type { Principal } from '../access/principal.ts';
import type { Query } from '../server/database/open.ts';

const maxKeyLength = 200;

export type IdempotentRequest = { caller: string; key: string; operation: string; bodySha256: string };

/** Returns the request's validated `Idempotency-Key`, or `undefined` without one. Each caller has its own keys. */
export function idempotentRequest(
  { request, principal }: { request: Request; principal: Principal },
  operation: string,
  body: unknown,
): IdempotentRequest | undefined {
  const header = request.get('idempotency-key');
  if (header === undefined) return undefined;
  if (header.length === 0 || header.length > maxKeyLength)
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: [{ pointer: '/headers/Idempotency-Key', detail: `must have 1 to ${maxKeyLength} characters` }],
    });
  return {
    caller: principal.id,
    key: header,
    operation,
    bodySha256: createHash('sha256').update(canonicalJson(body)).digest('hex'),
  };
}

/**
 * Runs `create` once per key and returns the stored answer for repeated requests. Concurrent ones wait for the
 * first one's row until it is committed.
 */
export async function oncePerKey<Answer>(
  trx: Query,
  request: IdempotentRequest | undefined,
  create: () => Promise<Answer>,
): Promise<Answer> {
  if (!request) return create();
  const inserted = await trx
    .insertInto('idempotency_keys')
    .values({
      caller: request.caller,
      key: request.key,
      operation: request.operation,
      body_sha256: request.bodySha256,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  if (!inserted) return (await storedAnswer(trx, request)) as Answer;
  const answer = await create();
  await trx
    .updateTable('idempotency_keys')
    .set({ answer: JSON.stringify(answer) })
    .where('caller', '=', request.caller)
    .where('key', '=', request.key)
    .where('operation', '=', request.operation)
    .execute();
  return answer;
}

/**
 * Returns the stored answer of a request that was made before; `undefined` if there is none. For requests whose preparation asks
 * others: it need not be done again, and must not be needed again.
 */
export async function earlierAnswer<Answer>(
  query: Query,
  request: IdempotentRequest | undefined,
): Promise<Answer | undefined> {
  if (!request) return undefined;
  const { caller, key, operation } = request;
  const known = await query
    .selectFrom('idempotency_keys')
    .select('key')
    .where('caller', '=', caller)
    .where('key', '=', key)
    .where('operation', '=', operation)
    .executeTakeFirst();
  return known && ((await storedAnswer(query, request)) as Answer);
}

async function storedAnswer(trx: Query, request: IdempotentRequest): Promise<unknown> {
  const row = await trx
    .selectFrom('idempotency_keys')
    .select(['body_sha256', 'answer'])
    .where('caller', '=', request.caller)
    .where('key', '=', request.key)
    .where('operation', '=', request.operation)
    .executeTakeFirstOrThrow();
  if (row.body_sha256 !== request.bodySha256 || !row.answer)
    throw new DomainError(
      'idempotency_key_reused',
      'the Idempotency-Key was used before with another body; use a new key for a new request',
    );
  return JSON.parse(row.answer);
}
