import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A thread posts this once its own code is loaded; from then on its time counts. */
export const threadStarted = 'started';
/** On a busy machine a thread needs seconds to load its code. */
const startTimeoutMs = 60_000;

/**
 * Runs a thread to its end and returns the messages that it posted. `timeoutMs` after its start, or where its memory
 * does not suffice, the thread is terminated, and the messages until then are returned. It has no environment.
 */
export async function messagesOfThread<Message>(
  file: URL,
  timeoutMs: number,
  options: Pick<WorkerOptions, 'workerData' | 'resourceLimits' | 'stdout' | 'stderr'>,
): Promise<Message[]> {
  const worker = new Worker(file, { ...options, env: {}, execArgv: [] });
  if (options.stdout) worker.stdout.resume();
  if (options.stderr) worker.stderr.resume();
  const messages: Message[] = [];
  worker.on('error', () => undefined);
  const terminate = () => void worker.terminate();
  let timer = setTimeout(terminate, startTimeoutMs);
  worker.on('message', (message: Message | typeof threadStarted) => {
    if (message !== threadStarted) return void messages.push(message);
    clearTimeout(timer);
    timer = setTimeout(terminate, timeoutMs);
  });
  // The exit event always comes, after any message or error event.
  await new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  clearTimeout(timer);
  return messages;
}
