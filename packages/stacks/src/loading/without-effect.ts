import type { Report } from '../errors.ts';
import { at, type Tree } from '../tree/tree.ts';

/** Warns of fields of a `spec` that are accepted and ignored. `reasons` is field → why. */
export function reportWithoutEffect(spec: Tree, reasons: Record<string, string>, report: Report): void {
  for (const [field, reason] of Object.entries(reasons)) {
    const given = at(spec, field);
    if (given) report.warn('no_effect', given.place, `spec.${field} has no effect: ${reason}`);
  }
}
