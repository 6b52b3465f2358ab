import type { GraphFormat, StackGraph, StackValidation } from '@deployment-engine/contracts';
import type { KindCatalog } from '@deployment-engine/stacks';

/** What the resolver's process is asked. */
export type Question =
  | { type: 'kinds' }
  | {
      type: 'check';
      /** Path → text. */
      files: Map<string, string>;
      stack: string;
      environment?: string | undefined;
      service?: string | undefined;
      variables: Record<string, string>;
      format?: GraphFormat | undefined;
    };
export type CheckQuestion = Extract<Question, { type: 'check' }>;

export type StackCheck = StackValidation & Pick<StackGraph, 'drawing'>;
export type AnswerTo<Asked extends Question> = Asked extends { type: 'kinds' } ? KindCatalog : StackCheck;

/** What it sends back: the answer, or the error in the engine's own code that prevented one. */
export type Reply = { answer: KindCatalog | StackCheck } | { failure: string };
