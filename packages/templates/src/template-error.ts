/** What is wrong with a template, and where: lines and columns count from 1. */
export class TemplateError extends Error {
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(problem: string, place: { line?: number | undefined; column?: number | undefined } = {}) {
    super(
      place.line === undefined
        ? `reading the template: ${problem}`
        : `reading the template, line ${place.line}: ${problem}`,
    );
    this.name = 'TemplateError';
    this.line = place.line;
    this.column = place.column;
  }
}
