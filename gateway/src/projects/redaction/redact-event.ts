import type { JobEventBody } from '@deployment-engine/contracts';
import type { Redactor } from './redactor.ts';

/** Fields of events that the engine itself reads. None of them holds text from code, state or a provider. */
const engineWords = new Set([
  'type',
  'step',
  'action',
  'kind',
  'endedBy',
  'severity',
  'code',
  'status',
  'verdict',
  'gate',
  'digest',
  'sha256',
  'stateLineage',
  'lineage',
  'resourceType',
]);

/** Returns an event without secrets. Numbers and the engine's own fields are unchanged. */
export function redactEvent<T extends JobEventBody>(body: T, redactor: Redactor): T {
  return redact(body, redactor) as T;
}

function redact(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.redactLine(value);
  if (Array.isArray(value)) return value.map((item) => redact(item, redactor));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, engineWords.has(key) ? item : redact(item, redactor)]),
  );
}
