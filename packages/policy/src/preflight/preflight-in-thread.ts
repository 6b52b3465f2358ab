import type { PolicyReport } from '@deployment-engine/contracts';
import { ReportBuilder } from '../plan/report-builder.ts';
import type { PolicySettings } from '../plan/settings.ts';
import { messagesOfThread } from '../thread.ts';
import { preflight, type UploadedFiles } from './preflight.ts';
import { preflightRules } from './rules.ts';

/** Up to this size the check takes a few milliseconds, less than starting a thread. */
const maxDirectBytes = 100_000;
const defaultTimeoutMs = 20_000;
/** Large code is queued, so that it does not use all cores or all memory. */
const maxThreads = 2;

const waiting: (() => void)[] = [];
let threads = 0;

/**
 * Runs `preflight`; large code is checked in a thread, so that the event loop is not blocked. Refuses code
 * whose check exceeds the thread's time or memory.
 */
export async function preflightInThread(
  files: UploadedFiles,
  settings: PolicySettings,
  timeoutMs = defaultTimeoutMs,
): Promise<PolicyReport> {
  const bytes = [...files.values()].reduce((sum, content) => sum + content.length, 0);
  if (bytes <= maxDirectBytes) return preflight(files, settings);
  if (threads >= maxThreads) await new Promise<void>((resolve) => waiting.push(resolve));
  else threads += 1;
  try {
    const [report] = await messagesOfThread<PolicyReport>(
      new URL('./preflight-worker.ts', import.meta.url),
      timeoutMs,
      {
        workerData: { files: new Map(files), settings },
        resourceLimits: { maxOldGenerationSizeMb: 3072, stackSizeMb: 4 },
      },
    );
    return report ?? refusal(settings);
  } finally {
    const next = waiting.shift();
    if (next)
      next(); // hands over the slot
    else threads -= 1;
  }
}

function refusal(settings: PolicySettings): PolicyReport {
  const { mode, ...rule } = preflightRules['PRE-SYNTAX'];
  const builder = new ReportBuilder(settings);
  builder.add({
    id: 'PRE-SYNTAX',
    defaultMode: mode,
    ...rule,
    message: 'the code is too large to be analysed',
  });
  return builder.build();
}
