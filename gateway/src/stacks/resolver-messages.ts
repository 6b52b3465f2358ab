import type { GraphFormat, StackGraph, StackValidation } from '@deployment-engine/contracts';
import type { KindCatalog } from '@deployment-engine/stacks';
import type { StackDeployment, StackRefusal } from './plan-stack.ts';
import type { NamedLimits } from './stack-limits.ts';

type Repository = {
  /** Path → text. */
  files: Map<string, string>;
  stack: string;
  variables: Record<string, string>;
};

/** What the resolver's process is asked. It answers `start` when it has read the kinds. */
export type Question =
  | { type: 'start' }
  | { type: 'kinds' }
  | (Repository & {
      type: 'check';
      environment?: string | undefined;
      service?: string | undefined;
      format?: GraphFormat | undefined;
      /** Of the caller's key. */
      limits?: NamedLimits | undefined;
    })
  | (Repository & { type: 'plan'; environment: string });
export type CheckQuestion = Extract<Question, { type: 'check' }>;
export type PlanQuestion = Extract<Question, { type: 'plan' }>;

export type StackCheck = StackValidation & Pick<StackGraph, 'drawing'>;
type Answers = { start: null; kinds: KindCatalog; check: StackCheck; plan: StackDeployment | StackRefusal };
export type AnswerTo<Asked extends Question> = Answers[Asked['type']];

/** What it sends back: the answer, or the error in the engine's own code that prevented one. */
export type Reply = { answer: Answers[keyof Answers] } | { failure: string };
