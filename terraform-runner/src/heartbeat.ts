import { signedHeaders } from '@deployment-engine/runner-api';
import type { Logger } from 'winston';

const everyMs = 5000;
const timeoutMs = 3000;
const path = '/internal/runners/heartbeat';

export type HeartbeatOptions = {
  gatewayUrls: string[];
  token: string;
  runnerId: string;
  url: string;
  logger: Logger;
};

/** Sends a heartbeat every 5 seconds; tries the gateways in turn until one answers. */
export function startHeartbeat(options: HeartbeatOptions): Disposable {
  if (options.gatewayUrls.length === 0) return { [Symbol.dispose]() {} };
  let heard = true;
  const beat = async () => {
    const failures: string[] = [];
    for (const gateway of options.gatewayUrls) {
      const failure = await tell(gateway, options);
      if (!failure) {
        if (!heard) options.logger.info('a gateway hears this runner again', { gateway });
        heard = true;
        return;
      }
      failures.push(`${gateway}: ${failure}`);
    }
    if (heard) options.logger.warn('no gateway hears this runner', { failures });
    heard = false;
  };
  let beating = false;
  /** One round at a time, so that hanging gateways do not accumulate rounds. */
  const beatInTurn = async () => {
    if (beating) return;
    beating = true;
    await beat().finally(() => {
      beating = false;
    });
  };
  void beatInTurn();
  const timer = setInterval(() => void beatInTurn(), everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Sends one heartbeat. Returns why it did not arrive, or `undefined` on success. */
async function tell(gateway: string, options: HeartbeatOptions): Promise<string | undefined> {
  const body = Buffer.from(JSON.stringify({ runnerId: options.runnerId, url: options.url }));
  try {
    const answer = await fetch(new URL(path, gateway), {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        ...signedHeaders(options.token, { method: 'POST', path, body }),
      },
    });
    return answer.ok ? undefined : `it answered ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
