import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { OutsideError, type OutsideRules, requestOutside } from '../../http/outside.ts';
import { outboxChannel } from '../../jobs/note-outbox.ts';
import { Waker } from '../../server/waker.ts';
import { type Message, messageOf } from './message.ts';
import { type DeliveryRow, mainApiId, setMainApi, targetContent } from './store.ts';

const pollMs = 2000;
const timeoutMs = 10_000;
/** Longer than an attempt takes: then the gateway that began it has died. */
const claimSeconds = 60;
const atOnce = 10;
const maxDelaySeconds = 600;
const hoursUntilDead = 24;

/**
 * Delivers what the outbox holds: at least once, in order for each target and project, under one id however often it is sent.
 * What fails is tried again after 2, 4, 8 s and so on, at most every 10 minutes, for a day. Several gateways share the work.
 */
export class Deliverer implements AsyncDisposable {
  readonly #context: Context;
  #poll: NodeJS.Timeout | undefined;
  readonly #waker: Waker;
  readonly #stopping = new AbortController();
  /** Messages that are being sent: a server that does not answer holds up no other one. */
  readonly #sending = new Set<Promise<void>>();

  constructor(context: Context) {
    this.#context = context;
    this.#waker = new Waker(
      () => this.#claim(),
      (error) => void context.logger.error('looking for notifications', { error }),
    );
  }

  async start(): Promise<void> {
    await setMainApi(this.#context);
    await this.#context.database.listen(outboxChannel, () => this.#waker.wake());
    this.#poll = setInterval(() => this.#waker.wake(), pollMs);
    this.#waker.wake();
  }

  /** Breaks off what is being sent; it is sent again after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#poll);
    await this.#waker[Symbol.asyncDispose]();
    await Promise.all(this.#sending);
  }

  async #claim(): Promise<void> {
    const free = atOnce - this.#sending.size;
    if (free <= 0) return;
    for (const delivery of await claim(this.#context, free)) {
      const sending = deliver(this.#context, delivery, this.#stopping.signal)
        .catch((error) => void this.#context.logger.error('delivering a notification', { error }))
        .finally(() => {
          this.#sending.delete(sending);
          this.#waker.wake();
        });
      this.#sending.add(sending);
    }
  }
}

/** Claims messages that are due and before which nothing of their project waits for the same target. */
async function claim({ database }: Context, limit: number): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    with due as (
      select o.id from outbox o
      where o.delivered_at is null and o.dead_at is null and o.next_at <= now()
        and (o.claimed_until is null or o.claimed_until < now())
        and not exists (
          select 1 from outbox e
          where e.target_id = o.target_id and e.project_id = o.project_id and e.id < o.id
            and e.delivered_at is null and e.dead_at is null)
      order by o.id limit ${limit} for update skip locked)
    update outbox set claimed_until = now() + make_interval(secs => ${claimSeconds}), attempts = attempts + 1
    from due where outbox.id = due.id returning outbox.*`.execute(database.query);
  return rows;
}

async function deliver(context: Context, delivery: DeliveryRow, stopping: AbortSignal): Promise<void> {
  const { query } = context.database;
  const problem = await attempt(context, delivery, stopping);
  const delay = Math.min(maxDelaySeconds, 2 ** Math.min(delivery.attempts, 20));
  const isDead =
    problem !== undefined && Date.now() - delivery.created_at.getTime() > hoursUntilDead * 3_600_000;
  await query
    .updateTable('outbox')
    .set(
      problem === undefined
        ? { delivered_at: new Date(), claimed_until: null, problem: null }
        : {
            claimed_until: null,
            problem,
            next_at: sql<Date>`now() + make_interval(secs => ${delay})`,
            ...(isDead ? { dead_at: new Date() } : {}),
          },
    )
    .where('id', '=', delivery.id)
    .where('attempts', '=', delivery.attempts) // another gateway may have claimed it since
    .execute();
}

/** Sends a message; returns why it was not taken. */
async function attempt(
  context: Context,
  delivery: DeliveryRow,
  stopping: AbortSignal,
): Promise<string | undefined> {
  const target = await context.database.query
    .selectFrom('notification_targets')
    .selectAll()
    .where('id', '=', delivery.target_id)
    .executeTakeFirst();
  if (!target) return undefined;
  try {
    const content = targetContent(context.encryption, target);
    const message = await messageOf(context, target, content, delivery);
    return message && (await send(context, target.id, message, stopping));
  } catch (error) {
    context.logger.error('composing a notification', { delivery: delivery.id, error });
    return 'the engine met an unexpected error; its log says which';
  }
}

/** Sends a message once. Returns `undefined` if it was taken, which any status from 200 to 299 says; else the reason. */
export async function send(
  { config }: Pick<Context, 'config'>,
  targetId: string,
  { url, ...message }: Message,
  stopping?: AbortSignal,
): Promise<string | undefined> {
  try {
    const parsed = new URL(url);
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = stopping ? AbortSignal.any([limit, stopping]) : limit;
    const response = await requestOutside(parsed, { ...message, signal }, rulesOf(config, targetId, parsed));
    response.destroy();
    const { statusCode = 0 } = response;
    return statusCode >= 200 && statusCode < 300 ? undefined : `the server answered ${statusCode}`;
  } catch (error) {
    if (error instanceof OutsideError) return error.message;
    throw error;
  }
}

/** The operator has named the main API, wherever it is. */
function rulesOf(
  { notificationHosts }: Context['config'],
  targetId: string,
  { hostname, port, protocol }: URL,
): OutsideRules {
  const setting = 'NOTIFICATION_HOSTS';
  if (targetId !== mainApiId) return { hosts: notificationHosts, setting };
  return { hosts: [`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`], setting };
}
