import type { RegoRule } from '@deployment-engine/contracts';
import { asRecord } from '@deployment-engine/terraform-code';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { readBundle } from './rego-bundle.ts';
import type { RuleHit } from './rule-hit.ts';

/** 64 KiB each: 256 MiB for policy, data and plan. */
const maxMemoryPages = 4096;

/**
 * Evaluates the rule's entry point on the plan. `true`, or a list or set of texts or of objects with `msg`
 * (or `message`) and `address`, violates the rule; `false`, `undefined` and an empty list do not.
 */
export async function evaluateRego(rule: RegoRule, planJson: unknown): Promise<RuleHit[]> {
  const { wasm, data } = await readBundle(Buffer.from(rule.bundle, 'base64'));
  const policy = await loadPolicy(wasm, { initial: 5, maximum: maxMemoryPages });
  policy.setData(asRecord(data));
  const results: unknown = policy.evaluate(planJson, rule.entrypoint ?? 0);
  if (!Array.isArray(results)) throw new Error('the policy returned no result set');
  return results.flatMap((entry) => toHits(asRecord(entry).result));
}

function toHits(result: unknown): RuleHit[] {
  if (result === true) return [{ address: null }];
  if (result === false || result === undefined || result === null) return [];
  if (typeof result === 'string') return [{ address: null, message: result }];
  if (Array.isArray(result)) return result.flatMap(toHits);
  const { msg, message = msg, address } = asRecord(result);
  const text = typeof message === 'string' ? { message } : {};
  return [{ address: typeof address === 'string' ? address : null, ...text }];
}
