import {
  type AuditEntry,
  type AuditFinding,
  type AuditHead,
  firstAuditHash,
} from '@deployment-engine/contracts';
import { auditHash } from './audit-hash.ts';

/** Reads the entries of an audit log in order and reports where their hash chain is broken. */
export class AuditChain {
  #seq = 0;
  #hash = firstAuditHash;
  #entries = 0;
  /** Entries with these numbers must have these hashes. */
  readonly #heads: AuditHead[];
  readonly #findings: AuditFinding[] = [];

  constructor(options: { heads?: AuditHead[] } = {}) {
    this.#heads = options.heads ?? [];
  }

  get entries(): number {
    return this.#entries;
  }

  add(entry: AuditEntry): void {
    const { seq } = entry;
    this.#entries += 1;
    if (seq <= this.#seq) this.#report(seq, 'disordered', `entry ${seq} comes after entry ${this.#seq}`);
    else if (seq > this.#seq + 1)
      this.#report(this.#seq + 1, 'missing', `entries ${this.#seq + 1} to ${seq - 1} are missing`);
    else if (entry.previous !== this.#hash)
      this.#report(seq, 'edited', `entry ${seq} does not match the hash of the entry before it`);
    if (auditHash(entry) !== entry.hash)
      this.#report(seq, 'edited', `entry ${seq} is not what was hashed when it was written`);
    for (const head of this.#heads)
      if (head.seq === seq && head.hash !== entry.hash)
        this.#report(seq, 'edited', `entry ${seq} differs from the entry that the head was taken from`);
    this.#seq = Math.max(this.#seq, seq);
    this.#hash = entry.hash;
  }

  /** Returns the findings, including heads beyond the last entry. */
  finish(): AuditFinding[] {
    for (const head of this.#heads)
      if (head.seq > this.#seq)
        this.#report(
          this.#seq + 1,
          'truncated',
          `the log ends with entry ${this.#seq}; the head is of entry ${head.seq}`,
        );
    return this.#findings;
  }

  #report(seq: number, kind: AuditFinding['kind'], detail: string): void {
    this.#findings.push({ seq, kind, detail });
  }
}
