import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Runs a thread to its end and returns the messages that it posted. After `timeoutMs`, or where its memory
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
  worker.on('message', (message: Message) => messages.push(message));
  worker.on('error', () => undefined);
  const timer = setTimeout(() => void worker.terminate(), timeoutMs);
  // The exit event always comes, after any message or error event.
  await new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  clearTimeout(timer);
  return messages;
}
