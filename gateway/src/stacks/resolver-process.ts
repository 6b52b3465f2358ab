/** The process of `resolver.ts`. It ends with the gateway, whose end closes the channel. */
import type { KindCatalog } from '@deployment-engine/stacks';
import { checkStack } from './check-stack.ts';
import { readBuiltInKinds } from './read-built-in-kinds.ts';
import type { Question, Reply } from './resolver-messages.ts';

let kinds: KindCatalog | undefined;

process.on('message', (question: Question) => {
  process.send?.(replyTo(question));
});

function replyTo(question: Question): Reply {
  try {
    kinds ??= readBuiltInKinds();
    return { answer: question.type === 'kinds' ? kinds : checkStack(question, kinds) };
  } catch (error) {
    return { failure: (error as Error).stack ?? String(error) };
  }
}
