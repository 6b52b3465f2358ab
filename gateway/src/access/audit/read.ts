import type { AuditEntry, AuditHead, AuditVerification } from '@deployment-engine/contracts';
import { AuditChain } from '@deployment-engine/service';
import type { Query } from '../../server/database/open.ts';
import type { AuditLog } from './log.ts';

const batchSize = 500;
const maxFindings = 20;

export type AuditRange = {
  cursor: number;
  from?: string | undefined;
  to?: string | undefined;
  limit?: number | undefined;
};

/** Yields entries as stored, in the order of their numbers. */
export async function* readEntries(query: Query, range: AuditRange): AsyncGenerator<string> {
  let after = range.cursor;
  for (let left = range.limit ?? Number.POSITIVE_INFINITY; left > 0; ) {
    let rows = query
      .selectFrom('audit_entries')
      .select(['seq', 'entry'])
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(Math.min(left, batchSize));
    if (range.from) rows = rows.where('at', '>=', new Date(range.from));
    if (range.to) rows = rows.where('at', '<', new Date(range.to));
    const batch = await rows.execute();
    for (const row of batch) yield row.entry;
    const last = batch.at(-1);
    if (!last) return;
    after = last.seq;
    left -= batch.length;
  }
}

/** Checks hashes, links and signatures of the whole log, and that it contains the `kept` head. */
export async function verifyLog(query: Query, log: AuditLog, kept?: AuditHead): Promise<AuditVerification> {
  const head = await log.head(query);
  const chain = new AuditChain({ heads: kept ? [head, kept] : [head] });
  const forged: AuditVerification['findings'] = [];
  if (kept && !log.hasSignedHead(kept))
    forged.push({
      seq: kept.seq,
      kind: 'forged',
      detail: 'this engine has not signed the head that was given',
    });
  for await (const text of readEntries(query, { cursor: 0 })) {
    const entry = JSON.parse(text) as AuditEntry;
    chain.add(entry);
    if (!log.hasSignedEntry(entry) && forged.length < maxFindings)
      forged.push({
        seq: entry.seq,
        kind: 'forged',
        detail: `entry ${entry.seq} was not signed by this engine`,
      });
  }
  const findings = [...forged, ...chain.finish()];
  return {
    valid: findings.length === 0,
    entries: chain.entries,
    head,
    findings: findings.slice(0, maxFindings),
  };
}
