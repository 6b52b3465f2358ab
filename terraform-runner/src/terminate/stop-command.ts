import { interruptBelow, killSession, type ProcessIdentity } from '../process/identity.ts';
import type { StopReason } from './stop-reason.ts';

const retryMs = 100;
/** The second SIGINT is sent this long before SIGKILL, or after four fifths of a short grace period. */
const secondInterruptMs = 5000;

export type StopSequence = {
  /** True from the second SIGINT on: the command did not end gracefully. */
  forced(): boolean;
  [Symbol.dispose](): void;
};

type Signals = {
  interruptBelow(target: ProcessIdentity, executable: string): boolean;
  killSession(target: ProcessIdentity): void;
};

/**
 * Sends SIGINT, and after the grace period SIGINT, then SIGKILL. Terraform ends gracefully after the first
 * and at once after the second; only SIGKILL ends a function that never returns. A restarted runner continues
 * on schedule.
 */
export function stopCommand(
  reason: StopReason,
  identity: () => ProcessIdentity | undefined,
  executable: string,
  signals: Signals = { interruptBelow, killSession },
): StopSequence {
  const killAt = reason.at + reason.graceMs;
  const secondAt = Math.max(killAt - secondInterruptMs, reason.at + reason.graceMs * 0.8);
  let interrupts = 0;
  let forced = false;
  const advance = () => {
    const now = Date.now();
    const target = identity();
    if (!target) return;
    if (now >= killAt) {
      forced = true;
      signals.killSession(target);
    } else if (interrupts === 0 || (interrupts === 1 && now >= secondAt)) {
      if (!signals.interruptBelow(target, executable)) return;
      interrupts += 1;
      forced = interrupts > 1;
    }
  };
  const timer = setInterval(advance, retryMs);
  advance();
  return { forced: () => forced, [Symbol.dispose]: () => clearInterval(timer) };
}
