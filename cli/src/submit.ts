import { randomUUID } from 'node:crypto';
import { UnreachableError } from '@deployment-engine/client';
import { DetachedError } from './exit-code.ts';
import { ownCommand } from './messages/own-command.ts';

const attempts = 3;
/** The engine may have accepted a request whose answer was lost. */
const lost = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/** Called with the key and the options of a call. */
type Send<Answer> = (idempotencyKey: string, options: { signal: AbortSignal }) => Promise<Answer>;

/**
 * Sends a request that creates a job. A lost answer is asked for again under the same key, so that one job is created.
 * Ctrl-C and SIGTERM end the wait.
 */
export async function submit<Answer>(send: Send<Answer>): Promise<Answer> {
  const controller = new AbortController();
  const interrupt = () =>
    controller.abort(
      new DetachedError(
        `interrupted while the code was sent; if the engine has accepted it, ${ownCommand('list jobs')} shows the job`,
      ),
    );
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await repeated(send, randomUUID(), controller.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function repeated<Answer>(
  send: Send<Answer>,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await send(idempotencyKey, { signal });
    } catch (error) {
      if (attempt === attempts || !isLost(error)) throw error;
    }
}

function isLost(error: unknown): boolean {
  if (!(error instanceof UnreachableError)) return false;
  const { cause } = (error.cause ?? {}) as { cause?: { code?: string } };
  return lost.includes(cause?.code ?? '');
}
