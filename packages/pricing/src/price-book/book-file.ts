import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PriceBook } from './price-book.ts';
import {
  type BookSection,
  checkSection,
  digest,
  type SectionHeader,
  sectionHeaderSchema,
} from './section.ts';

/** Name and version of the format, the first word of every book. */
export const bookFormat = 'deployment-engine-prices/1';

const headerSchema = z.object({
  format: z.literal(bookFormat),
  version: z.string().min(1),
  sections: z.array(sectionHeaderSchema),
});

/** Thrown for a damaged price book, or a file that is not one. */
export class PriceBookError extends Error {
  readonly reason: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`price book ${path}: ${reason}`, { cause });
    this.name = 'PriceBookError';
    this.reason = reason;
  }
}

/**
 * Reads a book: a header line, then one JSON line per section in the header's order. Every line must match
 * its digest. `thorough` also checks the shape of every section, for books from outside.
 */
export function readPriceBook(path: string, options: { thorough?: boolean } = {}): PriceBook {
  const lines = readText(path).trimEnd().split('\n');
  const header = parseHeader(path, lines[0] ?? '');
  if (header.sections.length !== lines.length - 1) {
    throw new PriceBookError(path, `${header.sections.length} sections announced, ${lines.length - 1} found`);
  }
  const sections = new Map<string, BookSection>();
  for (const [index, { id, ...section }] of header.sections.entries()) {
    const line = lines[index + 1] as string;
    if (digest(line) !== section.sha256)
      throw new PriceBookError(path, `section ${id} does not match its digest`);
    sections.set(id, { ...section, line });
    if (options.thorough) checkShape(path, id, sections.get(id) as BookSection);
  }
  return new PriceBook(header.version, sections);
}

/** Replaces the book at `path` atomically by a checked one. */
export function writePriceBook(path: string, version: string, sections: Map<string, BookSection>): void {
  const headers = [...sections].map(([id, { line: _, ...rest }]): SectionHeader => ({ id, ...rest }));
  const header = JSON.stringify({ format: bookFormat, version, sections: headers });
  const text = `${[header, ...[...sections.values()].map(({ line }) => line)].join('\n')}\n`;
  const temporary = `${path}.${process.pid}.new`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(temporary, text, { flush: true });
    readPriceBook(temporary, { thorough: true });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PriceBookError(path, 'file cannot be read', cause);
  }
}

function parseHeader(path: string, line: string): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new PriceBookError(path, 'the first line is not a price book header', cause);
  }
}

function checkShape(path: string, id: string, section: BookSection): void {
  try {
    checkSection(section);
  } catch (cause) {
    throw new PriceBookError(path, `section ${id} has an unexpected shape`, cause);
  }
}
