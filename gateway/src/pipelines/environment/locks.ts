import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { presentSource } from '../present.ts';
import { holdsScope, lockKey } from '../rows.ts';
import { type Environment, readEnvironment } from './status.ts';

/** Returns who holds a part of a stack in an environment, and who waits for it. */
export async function presentLocks({ database }: Context, principal: Principal, where: Environment) {
  const { unfinished } = await readEnvironment(database.query, principal, where);
  const locking = unfinished.filter(({ pipeline }) => holdsScope(pipeline));
  const waiting = locking.filter(({ pipeline }) => pipeline.status === 'pending');
  const locks = locking
    .filter(({ pipeline }) => pipeline.status !== 'pending')
    .map(({ pipeline }) => {
      const since = (pipeline.started_at ?? pipeline.created_at).toISOString();
      return {
        key: lockKey(pipeline),
        pipelineId: pipeline.id,
        holder: pipeline.created_by,
        acquiredAt: since,
        heartbeatAt: pipeline.worked_at?.toISOString() ?? since,
        source: presentSource(pipeline),
        waiting: waiting
          .filter((other) => other.pipeline.waiting_reason?.includes(pipeline.id))
          .map((other) => other.pipeline.id),
      };
    });
  return { locks };
}
