import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../testing/client.ts';

const pollMs = 200;

/** Waits until the engine's runner has as many spare providers as it keeps; a user's pause between two deploys. */
export async function sparesReady(client: Client): Promise<void> {
  for (;;) {
    const { warmProviders } = (await client.get('/api/admin/protection')).body.runners[0];
    if (!warmProviders || warmProviders.ready === warmProviders.wanted) return;
    await delay(pollMs);
  }
}
