import type { Place, Report, StackErrorCode } from '../errors.ts';
import type { Schema } from './schema.ts';

/** How a value is checked against a schema. */
export type Check = {
  report: Report;
  /** Where names are searched that are written at a wrong level. */
  root: Schema;
  /**
   * One layer before it is merged: nothing is required, null removes, no defaults, and texts with variables are
   * not looked at.
   */
  isLayer?: boolean;
  /** A layer is missing because of another error: what is required may be there. */
  isIncomplete?: boolean;
  /**
   * Whether a missing field is looked for in this file. A map that only general layers give is not the one that
   * should have it: then the nearest map around it is, that such a file gives.
   */
  isOwnFile?: (file: string) => boolean;
};

/** Where the value is: `path` as in messages, `owner` the nearest map of an own file. */
export type Position = { path: string; owner?: Place };

export function fail(check: Check, code: StackErrorCode, place: Place, message: string): void {
  check.report.error(code, place, message);
}
