/** Code that Terraform would not read either, or that is nested deeper than is accepted. */
export class CodeSyntaxError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'CodeSyntaxError';
    this.line = line;
  }
}

/** Nesting of blocks, expressions and JSON values. Real code stays below 20. */
export const maxDepth = 100;
