import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type AuditEntry,
  type AuditFacts,
  type AuditHead,
  canonicalJson,
  firstAuditHash,
} from '@deployment-engine/contracts';
import { auditHash } from '@deployment-engine/service';
import { sql } from 'kysely';
import type { OpenDatabase, Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';

/** Channel that announces new entries. */
export const auditChannel = 'audit_appended';
/** Associated data of the chain's sealed key. */
export const auditKeyPlace = 'audit-key';
const keyBytes = 32;
const maxDetailBytes = 4096;

/** Append-only log of changes and refused calls. Each entry holds the hash of the entry before it. */
export class AuditLog {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** Appends an entry in the given transaction, or in its own. Must be the transaction's last statement. */
  async append(query: Query, facts: AuditFacts): Promise<AuditEntry> {
    if (!query.isTransaction) return query.transaction().execute((trx) => this.append(trx, facts));
    const head = await query
      .updateTable('audit_head')
      .set({ seq: sql<number>`seq + 1`, at: sql<Date>`greatest(at, clock_timestamp())` })
      .returning(['seq', 'hash', 'at'])
      .executeTakeFirstOrThrow();
    const entry = this.#sign({
      ...facts,
      detail: bounded(facts.detail),
      seq: head.seq,
      at: head.at.toISOString(),
      previous: head.hash,
    });
    await query
      .with('inserted', (qb) =>
        qb.insertInto('audit_entries').values({ seq: entry.seq, at: head.at, entry: canonicalJson(entry) }),
      )
      .with('updated', (qb) => qb.updateTable('audit_head').set({ hash: entry.hash }))
      .selectNoFrom(sql`pg_notify(${auditChannel}, ${String(entry.seq)})`.as('notified'))
      .execute();
    return entry;
  }

  async head(query: Query): Promise<AuditHead> {
    const row = await query.selectFrom('audit_head').select(['seq', 'hash', 'at']).executeTakeFirstOrThrow();
    const head = { seq: row.seq, hash: row.hash, at: row.at.toISOString() };
    return { ...head, mac: this.#mac(headText(head)) };
  }

  /** Returns a keyed digest: equal for equal values, and it reveals nothing about them without the key. */
  digest(value: unknown): string {
    return this.#mac(`digest:${canonicalJson(value)}`);
  }

  hasSignedEntry(entry: AuditEntry): boolean {
    return equal(entry.mac, this.#mac(`entry:${entry.hash}`));
  }

  hasSignedHead(head: AuditHead): boolean {
    return equal(head.mac, this.#mac(headText(head)));
  }

  #sign(unsigned: Omit<AuditEntry, 'hash' | 'mac'>): AuditEntry {
    const hash = auditHash(unsigned);
    return { ...unsigned, hash, mac: this.#mac(`entry:${hash}`) };
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex');
  }
}

/** Opens the log. The first call creates its key and stores it sealed. */
export async function openAuditLog(database: OpenDatabase, encryption: Encryption): Promise<AuditLog> {
  return database.query.transaction().execute(async (trx) => {
    const found = await trx.selectFrom('audit_head').select('sealed_key').executeTakeFirst();
    if (found) return new AuditLog(encryption.open(found.sealed_key, auditKeyPlace));
    if (await trx.selectFrom('audit_entries').select('seq').limit(1).executeTakeFirst())
      throw new Error(
        'opening the audit log: it has entries but its head is gone; somebody has changed the database',
      );
    const sealed = encryption.seal(randomBytes(keyBytes), auditKeyPlace);
    await trx
      .insertInto('audit_head')
      .values({ id: 1, seq: 0, hash: firstAuditHash, at: new Date(), sealed_key: sealed })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const { sealed_key } = await trx.selectFrom('audit_head').select('sealed_key').executeTakeFirstOrThrow();
    return new AuditLog(encryption.open(sealed_key, auditKeyPlace));
  });
}

function headText({ seq, hash, at }: Omit<AuditHead, 'mac'>): string {
  return `head:${canonicalJson({ seq, hash, at })}`;
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function bounded(detail: Record<string, unknown>): Record<string, unknown> {
  const bytes = Buffer.byteLength(JSON.stringify(detail));
  return bytes <= maxDetailBytes ? detail : { leftOutBytes: bytes };
}
