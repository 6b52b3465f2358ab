import {
  type AllowedFinding,
  matchesWildcard,
  type PolicyExemption,
  type PolicyFinding,
  type PolicyMode,
  type PolicyReport,
} from '@deployment-engine/contracts';
import { howToAllow } from './how-to-allow.ts';
import { isEnforced, modeOf, type PolicySettings } from './settings.ts';

/** A finding before the project's settings are applied. */
export type FindingDraft = {
  id: string;
  severity: PolicyFinding['severity'];
  /** Mode if the settings do not set one. */
  defaultMode: PolicyMode;
  /** False if neither a setting nor an exemption can let it pass. */
  allowable: boolean;
  address?: string | null;
  file?: string | null;
  line?: number | null;
  column?: number | null;
  invalid?: PolicyFinding['invalid'];
  subject?: string | null;
  message: string;
  /** True if known only after apply. */
  pending?: boolean;
  remediation: string;
  /** Further requirement besides an exemption, as in `a shell in the sandbox`. */
  alsoNeeded?: string | undefined;
  frameworks?: Record<string, string[]>;
};

/** Keeps reports readable: further, less strict findings count in the verdict but are omitted. */
const maxFindings = 500;
const maxSubjectLength = 300;
const strictness: Record<PolicyMode, number> = { off: 0, warn: 1, approve: 2, block: 3 };
const severityRank = { critical: 3, high: 2, medium: 1, low: 0 } as const;

/** Applies modes and exemptions to findings one by one, in bounded memory. */
export class ReportBuilder {
  readonly #settings: PolicySettings;
  readonly #exemptions: Map<string, PolicyExemption[]>;
  readonly #seen = new Set<string>();
  readonly #kept: Record<PolicyMode, number> = { off: 0, warn: 0, approve: 0, block: 0 };
  readonly #findings: PolicyFinding[] = [];
  readonly #allowed: AllowedFinding[] = [];
  #strictest: PolicyMode = 'off';
  #truncated = false;

  constructor(settings: PolicySettings, now = Date.now()) {
    this.#settings = settings;
    const valid = settings.exemptions.filter(({ expiresAt }) => !expiresAt || Date.parse(expiresAt) > now);
    this.#exemptions = Map.groupBy(valid, ({ id }) => id);
  }

  add(draft: FindingDraft): void {
    const { id, defaultMode, allowable } = draft;
    const mode = allowable ? modeOf(this.#settings, id, defaultMode) : defaultMode;
    if (mode === 'off') return;
    const exemption = allowable ? this.#exemptionFor(draft) : undefined;
    if (!exemption && strictness[mode] > strictness[this.#strictest]) this.#strictest = mode;
    const key = [draft.id, draft.address, draft.file, draft.line, draft.subject?.slice(0, 300)].join('\n');
    if (this.#seen.has(key)) return;
    if (this.#kept[mode] >= maxFindings) {
      this.#truncated = true;
      return;
    }
    this.#kept[mode]++;
    this.#seen.add(key);
    const finding = toFinding(draft, mode, isEnforced(this.#settings, id));
    if (exemption) this.#allowed.push({ ...finding, allowedBy: { who: exemption.who, why: exemption.why } });
    else this.#findings.push(finding);
  }

  build(): PolicyReport {
    const findings = this.#findings.toSorted(
      (a, b) =>
        strictness[b.mode] - strictness[a.mode] || severityRank[b.severity] - severityRank[a.severity],
    );
    const verdict = this.#strictest === 'off' ? 'pass' : this.#strictest;
    return {
      verdict,
      findings: findings.slice(0, maxFindings),
      allowed: this.#allowed.slice(0, maxFindings),
      truncated: this.#truncated || findings.length > maxFindings,
    };
  }

  #exemptionFor(draft: FindingDraft): PolicyExemption | undefined {
    return this.#exemptions
      .get(draft.id)
      ?.find(
        ({ subject, address, file }) =>
          fits(subject, draft.subject) && fits(address, draft.address) && fits(file, draft.file),
      );
  }
}

/** Merges reports: the strictest verdict, and the findings of all. */
export function mergeReports(...reports: PolicyReport[]): PolicyReport {
  const order = ['pass', 'warn', 'approve', 'block'] as const;
  return {
    verdict: order[Math.max(...reports.map(({ verdict }) => order.indexOf(verdict)))] ?? 'pass',
    findings: reports.flatMap(({ findings }) => findings),
    allowed: reports.flatMap(({ allowed }) => allowed),
    truncated: reports.some(({ truncated }) => truncated),
  };
}

function fits(pattern: string | undefined, value: string | null | undefined): boolean {
  return pattern === undefined || (typeof value === 'string' && matchesWildcard(pattern, value));
}

function toFinding(draft: FindingDraft, mode: PolicyMode, enforced: boolean): PolicyFinding {
  const { id, severity, message, remediation, allowable, alsoNeeded } = draft;
  const [subject, address, file] = [draft.subject ?? null, draft.address ?? null, draft.file ?? null];
  const shown =
    subject && subject.length > maxSubjectLength ? `${subject.slice(0, maxSubjectLength)}…` : subject;
  const place = { subject: shown, address, file, line: draft.line ?? null, column: draft.column ?? null };
  return {
    id,
    severity,
    mode,
    ...place,
    message,
    pending: draft.pending ?? false,
    remediation,
    howToAllow: howToAllow({ id, mode, ...place }, { allowable, isEnforced: enforced, alsoNeeded }),
    frameworks: draft.frameworks ?? {},
    ...(draft.invalid ? { invalid: draft.invalid } : {}),
  };
}
