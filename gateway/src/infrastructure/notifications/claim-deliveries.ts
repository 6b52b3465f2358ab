import { sql } from 'kysely';
import type { OpenDatabase } from '../../server/database/open.ts';
import type { DeliveryRow } from './store.ts';

/** Longer than an attempt takes: then the gateway that began it has died. */
const claimSeconds = 60;
/** Messages to one address that are sent at once, so that one that does not answer leaves room for others. */
const atOnceForTarget = 2;

/**
 * Claims messages that are due and before which nothing of their project waits for the same target. Those with the fewest attempts
 * come first: targets that fail again and again hold up nobody else.
 */
export async function claimDeliveries(
  { query }: Pick<OpenDatabase, 'query'>,
  limit: number,
): Promise<DeliveryRow[]> {
  const isDue = sql`o.delivered_at is null and o.dead_at is null and o.next_at <= now()
    and (o.claimed_until is null or o.claimed_until < now())`;
  const { rows } = await sql<DeliveryRow>`
    with sending as (
      select target_id, count(*) as messages from outbox
      where delivered_at is null and dead_at is null and claimed_until >= now() group by target_id),
    ready as (
      select o.id, o.attempts, row_number() over (partition by o.target_id order by o.attempts, o.id) as place, o.target_id
      from outbox o join notification_targets t on t.id = o.target_id
      where ${isDue} and (t.paused_until is null or t.paused_until < now())
        and not exists (
          select 1 from outbox e
          where e.target_id = o.target_id and e.project_id = o.project_id and e.id < o.id
            and e.delivered_at is null and e.dead_at is null)),
    due as (
      select o.id from outbox o join ready r on r.id = o.id left join sending s on s.target_id = r.target_id
      where ${isDue} and r.place + coalesce(s.messages, 0) <= ${atOnceForTarget}
      order by r.attempts, o.id limit ${limit} for update of o skip locked)
    update outbox set claimed_until = now() + make_interval(secs => ${claimSeconds}), attempts = outbox.attempts + 1
    from due where outbox.id = due.id returning outbox.*`.execute(query);
  return rows;
}
