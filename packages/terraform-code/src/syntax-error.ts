/** Thrown for code that Terraform would reject too, or that is nested too deep. */
export class CodeSyntaxError extends Error {
  readonly line: number;
  readonly column: number;
  /** Whether only the engine rejects the code: Terraform might accept it, but is not asked. */
  readonly isLimit: boolean;

  constructor(line: number, message: string, { column = 1, isLimit = false } = {}) {
    super(message);
    this.name = 'CodeSyntaxError';
    this.line = line;
    this.column = column;
    this.isLimit = isLimit;
  }
}

/** Nesting of blocks, expressions and JSON values. Real code stays below 20. */
export const maxDepth = 100;
