/** Runs in its own thread, so that an endless rule can be terminated; see `evaluate-user-rules.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CelRule, UserRule } from '@deployment-engine/contracts';
import { threadStarted } from '../../thread.ts';
import { readPlan } from '../plan-model.ts';
import { boundThread } from './bound-thread.ts';
import { evaluateCel } from './cel-rule.ts';
import { evaluateRego } from './rego-rule.ts';
import type { RuleHit, RuleOutcome } from './rule-hit.ts';
import type { Judged } from './run-rules.ts';
import { evaluateStackCel } from './stack-rules.ts';

const { rules, ...judged } = workerData as { rules: UserRule[] } & Judged;
const model = 'plan' in judged ? readPlan(judged.plan) : undefined;
/** Maximum number of hits reported per rule. */
const maxHits = 200;
const maxTextLength = 1000;

boundThread();
parentPort?.postMessage(threadStarted);

for (const rule of rules) parentPort?.postMessage(await evaluate(rule));

async function evaluate(rule: UserRule): Promise<RuleOutcome> {
  try {
    const hits = rule.language === 'cel' ? celHits(rule) : await evaluateRego(rule, inputOf());
    return { id: rule.id, hits: hits.slice(0, maxHits).map(shorten) };
  } catch (error) {
    return { id: rule.id, error: (error instanceof Error ? error.message : String(error)).slice(0, 500) };
  }
}

function celHits(rule: CelRule): RuleHit[] {
  if ('stack' in judged) return evaluateStackCel(rule, judged.stack);
  return model ? evaluateCel(rule, model) : [];
}

function inputOf() {
  return 'stack' in judged ? judged.stack : judged.plan;
}

function shorten({ address, message }: RuleHit): RuleHit {
  return {
    address: address === null ? null : address.slice(0, maxTextLength),
    ...(message === undefined ? {} : { message: message.slice(0, maxTextLength) }),
  };
}
