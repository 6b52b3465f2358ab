import { interruptBelow, killSession, type ProcessIdentity } from '../process/identity.ts';
import type { StopReason } from './stop-reason.ts';

const retryMs = 100;
/** The second SIGINT comes this long before SIGKILL, or after four fifths of a short grace. */
const secondInterruptMs = 5000;

export type StopSequence = {
  /** True from the second SIGINT on: the command no longer ended in its own order. */
  forced(): boolean;
  [Symbol.dispose](): void;
};

type Signals = {
  interruptBelow(target: ProcessIdentity, executable: string): boolean;
  killSession(target: ProcessIdentity): void;
};

/**
 * SIGINT, grace, SIGINT, SIGKILL: Terraform ends in order after the first, at once after the second, and a function
 * that never returns ends with the last. A restarted runner goes on where the clock says.
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
