import type { AuditFacts } from '@deployment-engine/contracts';
import type { Logger } from 'winston';
import type { Query } from '../../server/database/open.ts';
import type { AuditLog } from './log.ts';

const windowMs = 60_000;
/** Different refusals that get entries of their own within a window. */
const maxKindsPerWindow = 60;

/**
 * Refused and failed calls on their way into the log. The first of its kind (caller, operation, reason) is written at
 * once; those alike within the same minute are counted and written as one entry. Past 60 kinds a minute the rest is
 * counted by reason alone, so that no flood of calls fills the disk.
 */
export class Refusals implements AsyncDisposable {
  readonly #log: AuditLog;
  readonly #query: Query;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #kinds = new Map<string, { facts: AuditFacts; repeated: number }>();
  #others = new Map<string, { facts: AuditFacts; repeated: number }>();

  constructor(log: AuditLog, query: Query, logger: Logger) {
    this.#log = log;
    this.#query = query;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.flush(), windowMs).unref();
  }

  async note(facts: AuditFacts): Promise<void> {
    const { actor, address, action, outcome, problem } = facts;
    const kind = JSON.stringify([
      outcome,
      problem,
      action,
      actor.id,
      actor.kind === 'anonymous' ? address : null,
    ]);
    const known = this.#kinds.get(kind);
    if (known) known.repeated += 1;
    else if (this.#kinds.size < maxKindsPerWindow) {
      this.#kinds.set(kind, { facts, repeated: 0 });
      await this.#append(facts);
    } else this.#countOther(facts);
  }

  /** Writes what was counted and begins a new window. */
  async flush(): Promise<void> {
    const counted = [...this.#kinds.values(), ...this.#others.values()];
    this.#kinds = new Map();
    this.#others = new Map();
    for (const { facts, repeated } of counted)
      if (repeated > 0)
        await this.#append({
          ...facts,
          count: repeated,
          requestId: null,
          detail: { ...facts.detail, counted: true },
        });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #countOther(facts: AuditFacts): void {
    const reason = `${facts.outcome} ${facts.problem}`;
    const other = this.#others.get(reason) ?? { facts: anyCaller(facts), repeated: 0 };
    other.repeated += 1;
    this.#others.set(reason, other);
  }

  /** The call is refused either way, so a log that cannot be written is reported and no more. */
  async #append(facts: AuditFacts): Promise<void> {
    await this.#log
      .append(this.#query, facts)
      .catch((error) => this.#logger.error('writing a refusal to the audit log', { error, facts }));
  }
}

function anyCaller(facts: AuditFacts): AuditFacts {
  return {
    ...facts,
    actor: { kind: 'anonymous', id: 'various', name: 'various', role: null },
    action: 'various',
    project: null,
    job: null,
    digest: null,
    address: null,
    detail: {},
  };
}
