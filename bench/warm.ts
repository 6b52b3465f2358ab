import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../testing/client.ts';

const pollMs = 200;
const waitMs = 60_000;

/**
 * Waits until the engine's runner has as many spare providers as it keeps; a user's pause between two deploys. A runner
 * keeps none of a provider that no job has used. Throws after 60 s.
 */
export async function sparesReady(client: Client): Promise<void> {
  const until = Date.now() + waitMs;
  while (Date.now() < until) {
    const { warmProviders } = (await client.get('/api/admin/protection')).body.runners[0];
    if (!warmProviders || warmProviders.ready === warmProviders.wanted) return;
    await delay(pollMs);
  }
  throw new Error('waiting for spare providers: the runner has not started as many as it keeps');
}
