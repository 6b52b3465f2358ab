import { z } from 'zod';
import type { Setting } from './setting.ts';
import { oneOf } from './setting-types.ts';

/** The secret that gateways and runners share. */
export const runnerToken = {
  meaning: 'secret that gateways and runners share, at least 16 characters; signs every request between them',
  type: z.string().min(16, 'must have at least 16 characters'),
  example: '3b1f0c5e8a7d42961f0e5c3b8a7d4296',
  required: 'is missing; give gateway and runner the same secret of at least 16 characters',
  secret: true,
} satisfies Setting;

export const logLevel = {
  meaning: '`error`, `warn`, `info` or `debug`',
  type: oneOf('error', 'warn', 'info', 'debug'),
  example: 'warn',
  default: 'info',
} satisfies Setting;
