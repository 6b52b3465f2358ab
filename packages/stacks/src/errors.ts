/** Where in the repository: `file` relative to its root, `line` and `column` 1-based (UTF-16). */
export type Place = { file: string; line: number; column: number };

/** Every code has an example in docs/stacks.md. */
export const stackErrorCodes = [
  'yaml_syntax',
  'duplicate_key',
  'unknown_api_version',
  'unknown_kind',
  'wrong_kind',
  'invalid_kind',
  'invalid_name',
  'name_mismatch',
  'duplicate_component',
  'missing_stack',
  'missing_service',
  'missing_component',
  'missing_field',
  'unknown_field',
  'wrong_type',
  'out_of_range',
  'not_allowed_value',
  'merge_conflict',
  'overlay_without_target',
  'unknown_template',
  'unknown_environment',
  'undefined_variable',
  'reserved_variable',
  'variable_cycle',
  'missing_file',
  'bad_reference',
  'unknown_service',
  'unknown_component',
  'unknown_output',
  'ambiguous_reference',
  'self_dependency',
  'cycle',
] as const;
export type StackErrorCode = (typeof stackErrorCodes)[number];
export type StackError = Place & { code: StackErrorCode; message: string };

/** What a repository holds without effect, or lacks for what its components are; does not prevent a validation or a plan. */
export const stackWarningCodes = [
  'unused_file',
  'no_components',
  'no_effect',
  'no_network',
  'compliance',
] as const;
export type StackWarning = Place & { code: (typeof stackWarningCodes)[number]; message: string };

/** Collects errors and warnings, each once, however many components lead to it. */
export class Report {
  readonly #errors = new Map<string, StackError>();
  readonly #warnings = new Map<string, StackWarning>();

  error(code: StackErrorCode, place: Place, message: string): void {
    const error = { code, ...position(place), message };
    this.#errors.set(JSON.stringify(error), error);
  }

  warn(code: StackWarning['code'], place: Place, message: string): void {
    const warning = { code, ...position(place), message };
    this.#warnings.set(JSON.stringify(warning), warning);
  }

  hasErrorIn(file: string): boolean {
    return [...this.#errors.values()].some((error) => error.file === file);
  }

  /** By file, line, column, code and message. */
  get errors(): StackError[] {
    return [...this.#errors.values()].sort(inOrder);
  }

  get warnings(): StackWarning[] {
    return [...this.#warnings.values()].sort(inOrder);
  }
}

/** The first place of a file. */
export function startOf(file: string): Place {
  return { file, line: 1, column: 1 };
}

/** Compares by file, line and column. */
export function comparePlaces(left: Place, right: Place): number {
  return compareTexts(left.file, right.file) || left.line - right.line || left.column - right.column;
}

/** Compares by UTF-16 code units, so that the order is the same on every machine. */
export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Renders a place as `file:line:column`. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function position({ file, line, column }: Place): Place {
  return { file, line, column };
}

/** Compares by place, code and message. */
export function inOrder<T extends Place & { code: string; message: string }>(left: T, right: T): number {
  return (
    comparePlaces(left, right) ||
    compareTexts(left.code, right.code) ||
    compareTexts(left.message, right.message)
  );
}
