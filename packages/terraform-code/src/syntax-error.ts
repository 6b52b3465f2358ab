/** Code that Terraform would not read either, or that is nested deeper than is accepted. */
export class CodeSyntaxError extends Error {
  readonly line: number;
  readonly column: number;
  /** Whether it is the engine that does not read it: Terraform may, and is not asked. */
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
