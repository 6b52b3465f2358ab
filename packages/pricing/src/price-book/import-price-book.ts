import { readPriceBook, writePriceBook } from './book-file.ts';
import type { PriceBook } from './price-book.ts';

export type ImportOptions = {
  /** The book to read, made by another installation's refresh. */
  file: string;
  /** Where the installation keeps its book. */
  bookPath: string;
};

/**
 * Puts a book from a file in place of the installation's own, for sites without a network. Throws
 * `PriceBookError` for a damaged file; the book that was there stays.
 */
export function importPriceBook({ file, bookPath }: ImportOptions): PriceBook {
  const book = readPriceBook(file, { thorough: true });
  writePriceBook(bookPath, book.version, book.sections);
  return readPriceBook(bookPath, { thorough: true });
}
