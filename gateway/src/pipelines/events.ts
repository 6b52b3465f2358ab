import type { PipelineEventBody } from '@deployment-engine/contracts';
import { sql } from 'kysely';
import type { Query } from '../server/database/open.ts';
import { pipelineChangedChannel } from './store.ts';

export type PipelineEvent = { seq: number; at: string; body: PipelineEventBody };

/** Appends events to a pipeline whose row the transaction has locked. */
export async function appendEvents(
  trx: Query,
  pipelineId: string,
  bodies: PipelineEventBody[],
): Promise<void> {
  if (bodies.length === 0) return;
  const { last_event_seq: last } = await trx
    .updateTable('pipelines')
    .set({ last_event_seq: sql<number>`last_event_seq + ${bodies.length}::int` })
    .where('id', '=', pipelineId)
    .returning('last_event_seq')
    .executeTakeFirstOrThrow();
  const at = new Date();
  await trx
    .insertInto('pipeline_events')
    .values(
      bodies.map((body, index) => ({
        pipeline_id: pipelineId,
        seq: last - bodies.length + index + 1,
        at,
        type: body.type,
        body: JSON.stringify(body),
      })),
    )
    .execute();
  await sql`select pg_notify(${pipelineChangedChannel}, ${pipelineId})`.execute(trx);
}

export async function listPipelineEvents(
  query: Query,
  pipelineId: string,
  after: number,
  limit = 500,
): Promise<PipelineEvent[]> {
  const rows = await query
    .selectFrom('pipeline_events')
    .select(['seq', 'at', 'body'])
    .where('pipeline_id', '=', pipelineId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ seq, at, body }) => ({ seq, at: at.toISOString(), body: JSON.parse(body) }));
}
