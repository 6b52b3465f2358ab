import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { outboxChannel } from '../../jobs/note-outbox.ts';
import { Waker } from '../../server/waker.ts';
import { type Sent, send } from './channels/send.ts';
import { claimDeliveries } from './claim-deliveries.ts';
import { messageOf } from './compose.ts';
import { type DeliveryRow, setMainApi, type TargetRow, targetContent } from './store.ts';

const pollMs = 2000;
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
    for (const delivery of await claimDeliveries(this.#context.database, free)) {
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

async function deliver(context: Context, delivery: DeliveryRow, stopping: AbortSignal): Promise<void> {
  const { query } = context.database;
  const { problem, pauseSeconds = 0, takenBy, remark = null } = await attempt(context, delivery, stopping);
  const isDead =
    problem !== undefined && Date.now() - delivery.created_at.getTime() > hoursUntilDead * 3_600_000;
  // A message that this gateway broke off by stopping has not failed.
  const delay = stopping.aborted ? 0 : Math.min(maxDelaySeconds, 2 ** Math.min(delivery.attempts, 20));
  await query
    .updateTable('outbox')
    .set({
      claimed_until: null,
      ...(takenBy ? { taken_by: JSON.stringify([...JSON.parse(delivery.taken_by), ...takenBy]) } : {}),
      ...(problem === undefined
        ? { delivered_at: new Date(), problem: remark }
        : {
            problem,
            next_at: sql<Date>`now() + make_interval(secs => ${delay})`,
            ...(isDead ? { dead_at: new Date() } : {}),
          }),
    })
    .where('id', '=', delivery.id)
    .where('attempts', '=', delivery.attempts) // another gateway may have claimed it since
    .execute();
  if (pauseSeconds > 0)
    await query
      .updateTable('notification_targets')
      .set({ paused_until: sql<Date>`now() + make_interval(secs => ${pauseSeconds})` })
      .where('id', '=', delivery.target_id)
      .execute();
}

/** Sends a message to those that have not taken it yet. */
async function attempt(context: Context, delivery: DeliveryRow, stopping: AbortSignal): Promise<Sent> {
  const target = await context.database.query
    .selectFrom('notification_targets')
    .selectAll()
    .where('id', '=', delivery.target_id)
    .executeTakeFirst();
  if (!target) return {};
  try {
    return await compose(context, target, delivery, stopping);
  } catch (error) {
    context.logger.error('composing a notification', { delivery: delivery.id, error });
    return { problem: 'the engine met an unexpected error; its log says which' };
  }
}

async function compose(
  context: Context,
  target: TargetRow,
  delivery: DeliveryRow,
  stopping: AbortSignal,
): Promise<Sent> {
  const content = targetContent(context.encryption, target);
  const taken: string[] = JSON.parse(delivery.taken_by);
  const to = content.to?.filter((address) => !taken.includes(address));
  if (to?.length === 0) return {};
  const message = await messageOf(context, target, { ...content, to }, delivery);
  return message ? send(context, target.kind, message, stopping) : {};
}
