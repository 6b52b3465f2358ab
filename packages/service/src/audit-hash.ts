import { createHash } from 'node:crypto';
import { type AuditEntry, canonicalJson } from '@deployment-engine/contracts';

/** Computes the SHA-256 (hex) of the canonical JSON of an entry without its `hash` and `mac`. */
export function auditHash({
  hash: _hash,
  mac: _mac,
  ...signed
}: AuditEntry | (Omit<AuditEntry, 'hash' | 'mac'> & { hash?: string; mac?: string })): string {
  return createHash('sha256').update(canonicalJson(signed)).digest('hex');
}
