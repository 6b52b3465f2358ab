import { z } from 'zod';

export const runnerHeartbeatSchema = z.strictObject({
  runnerId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  /** URL at which gateways reach the runner. */
  url: z.url({ protocol: /^https?$/ }),
});

export const heartbeatAnswerSchema = z.object({ status: z.literal('ok') });
