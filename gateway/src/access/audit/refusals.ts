import type { AuditFacts } from '@deployment-engine/contracts';
import type { Logger } from 'winston';
import type { Query } from '../../server/database/open.ts';
import type { AuditLog } from './log.ts';

const windowMs = 60_000;
/** Number of kinds of refusals that get their own entries within a window. */
const maxKindsPerWindow = 60;

/**
 * Writes refused and failed calls to the log. The first call of a kind (caller, operation, reason) is written at once.
 * Further calls of that kind in the same minute are counted and written as one entry. After 60 kinds in a minute,
 * calls are counted by reason only, so that a flood of calls cannot fill the disk.
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

  /** Writes the counted calls and begins a new window. */
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

  /** Only logs an error if the entry cannot be written: the call is refused in either case. */
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
