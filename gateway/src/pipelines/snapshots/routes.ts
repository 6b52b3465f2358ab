import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { cutPage, decodeNumberCursor } from '../../http/cursor.ts';
import { type Input, route } from '../../http/route.ts';
import { stackNotFound } from '../create/follow-ups.ts';
import { readEnvironment } from '../environment/status.ts';
import { takeStackLock } from '../scope-lock.ts';
import { deployedComponents, requireAll } from '../store.ts';
import { restoreStack } from './restore.ts';
import { listSnapshots, presentSnapshot, statesOf, takeSnapshot } from './store.ts';

export function snapshotRoutes(router: Router, context: Context): void {
  route(router, endpoints.stackSnapshots, (input) => show(context, input));
  route(router, endpoints.takeStackSnapshot, (input) => take(context, input));
  route(router, endpoints.restoreStack, async (input) =>
    restoreStack(context, { ...input.params, ...input.body }, input),
  );
}

async function show(
  context: Context,
  { params, query: page, principal }: Input<typeof endpoints.stackSnapshots>,
) {
  const { query } = context.database;
  await readEnvironment(query, principal, params);
  const before = decodeNumberCursor(page.cursor);
  const rows = await listSnapshots(query, params, { before, limit: page.limit + 1 });
  const { page: shown, next } = cutPage(rows, page.limit, (row) => row.seq);
  const states = await statesOf(
    query,
    shown.map(({ id }) => id),
  );
  return {
    snapshots: shown.map((row) => presentSnapshot(row, states, principal)),
    nextCursor: next,
  };
}

async function take(
  context: Context,
  { params, body, principal, call }: Input<typeof endpoints.takeStackSnapshot>,
) {
  return context.database.query.transaction().execute(async (trx) => {
    await takeStackLock(trx, params);
    const { stack, environment } = params;
    requireAll(principal, await deployedComponents(trx, stack, environment));
    const row = await takeSnapshot(trx, {
      ...params,
      pipelineId: null,
      message: body.message ?? null,
      createdBy: principal.id,
    });
    if (!row) throw stackNotFound(stack, environment);
    const states = await statesOf(trx, [row.id]);
    await call.record(trx, { detail: { stack, environment, snapshot: row.id } });
    return presentSnapshot(row, states, principal);
  });
}
