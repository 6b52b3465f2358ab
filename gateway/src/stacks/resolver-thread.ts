/** The thread of `resolver.ts`. */
import { parentPort } from 'node:worker_threads';
import { checkStack } from './check-stack.ts';
import { readBuiltInKinds } from './read-built-in-kinds.ts';
import type { Question } from './resolver-messages.ts';

const kinds = readBuiltInKinds();

parentPort?.on('message', (question: Question) => {
  parentPort?.postMessage(question.type === 'kinds' ? kinds : checkStack(question, kinds));
});
