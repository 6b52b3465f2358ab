/** The process of `resolver.ts`. It ends with the gateway, whose end closes the channel. */
import type { KindCatalog } from '@deployment-engine/stacks';
import { checkStack } from './check-stack.ts';
import { planStack } from './plan-stack.ts';
import { readKindFolders } from './read-kind-folders.ts';
import type { Question, Reply } from './resolver-messages.ts';

let kinds: KindCatalog | undefined;

process.on('message', (question: Question) => {
  process.send?.(replyTo(question));
});

function replyTo(question: Question): Reply {
  try {
    kinds ??= readKindFolders(process.env.KINDS_DIR);
    return { answer: answerTo(question, kinds) };
  } catch (error) {
    return { failure: (error as Error).stack ?? String(error) };
  }
}

function answerTo(question: Question, catalog: KindCatalog) {
  if (question.type === 'start') return null;
  if (question.type === 'kinds') return catalog;
  return question.type === 'check' ? checkStack(question, catalog) : planStack(question, catalog);
}
