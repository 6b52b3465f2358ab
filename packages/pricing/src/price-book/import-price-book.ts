import { readPriceBook, writePriceBook } from './book-file.ts';
import type { PriceBook } from './price-book.ts';

export type ImportOptions = {
  /** The book to import, from a refresh of another installation. */
  file: string;
  /** Where the installation keeps its book. */
  bookPath: string;
};

/**
 * Replaces the installation's price book by one from a file, for sites without network access. Throws
 * `PriceBookError` for a damaged file and keeps the old book.
 */
export function importPriceBook({ file, bookPath }: ImportOptions): PriceBook {
  const book = readPriceBook(file, { thorough: true });
  writePriceBook(bookPath, book.version, book.sections);
  return readPriceBook(bookPath, { thorough: true });
}
