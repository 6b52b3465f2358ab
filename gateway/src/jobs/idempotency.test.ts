import assert from 'node:assert/strict';
import { DomainError } from '@deployment-engine/service';
import type { Request } from 'express';
import type { Principal } from '../access/principal.ts';
import { idempotentRequest } from './idempotency.ts';

const read = (header: string | undefined, body: unknown = {}, id = 'key:a') =>
  idempotentRequest(
    { request: { get: () => header } as unknown as Request, principal: { id } as Principal },
    'deploy',
    body,
  );

test('a key has 1 to 200 characters; without the header there is none', () => {
  expect(read(undefined)).toBe(undefined);
  expect(read('k'.repeat(200))?.key.length).toBe(200);
  for (const bad of ['', 'k'.repeat(201)])
    assert.throws(
      () => read(bad),
      (error) => error instanceof DomainError && error.fields[0]?.pointer === '/headers/Idempotency-Key',
    );
});

test('the key’s caller is the authenticated one, and the order of a body’s keys does not matter', () => {
  expect(read('k', {}, 'key:b')?.caller).toBe('key:b');
  expect(read('k', { a: 1, b: { c: 2, d: 3 } })?.bodySha256).toBe(
    read('k', { b: { d: 3, c: 2 }, a: 1 })?.bodySha256,
  );
  expect(read('k', { a: 1 })?.bodySha256).not.toBe(read('k', { a: 2 })?.bodySha256);
});
