import { createWriteStream, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { InstalledPrices, PriceRefresh, RefreshPricesRequest } from '@deployment-engine/contracts';
import {
  ageWarnings,
  importPriceBook,
  loadPriceBook,
  type PriceBook,
  PriceBookError,
  refreshPriceBook,
} from '@deployment-engine/pricing';
import { DomainError } from '@deployment-engine/service';
import { v7 as uuid } from 'uuid';
import type { Logger } from 'winston';
import type { Config } from '../config.ts';

const maxImportBytes = 64 * 1024 * 1024;

type PriceSettings = Pick<Config, 'priceBookPath' | 'priceListUrls' | 'priceGoogleApiKey'>;

/**
 * The prices in use: the installation's price book, or the embedded one if it has none. The file is read again when it
 * has changed. A damaged one is refused, and the last valid book stays in use.
 */
export class Prices {
  readonly #settings: PriceSettings;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  #loaded: { book: PriceBook; origin: InstalledPrices['origin']; stamp: string } | undefined;
  #refresh: PriceRefresh | null = null;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(settings: PriceSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  get book(): PriceBook {
    return this.#current().book;
  }

  describe(): InstalledPrices {
    const { book, origin } = this.#current();
    const sections = book.describe();
    const warnings = ageWarnings(sections, new Date());
    return { origin, version: book.version, sections, warnings, refresh: this.#refresh };
  }

  /** Downloads the price lists in the background. Has no effect while a refresh is running. */
  startRefresh({ sources, regions }: RefreshPricesRequest): void {
    const { priceGoogleApiKey: googleApiKey, priceListUrls: baseUrls, priceBookPath } = this.#settings;
    if (sources.includes('google') && googleApiKey === undefined)
      throw new DomainError('invalid_request', 'refreshing prices: Google needs PRICE_GOOGLE_API_KEY', {
        fields: [{ pointer: '/sources', detail: 'contains google, but PRICE_GOOGLE_API_KEY is not set' }],
      });
    if (this.#refresh?.status === 'running') return;
    const startedAt = new Date().toISOString();
    const ended = (status: PriceRefresh['status'], error: string | null): void => {
      this.#refresh = { status, startedAt, finishedAt: new Date().toISOString(), error };
      this.#logger.info('the price refresh has ended', { status, error });
    };
    this.#refresh = { status: 'running', startedAt, finishedAt: null, error: null };
    this.#refreshing = refreshPriceBook({
      bookPath: priceBookPath,
      sources,
      baseUrls,
      signal: this.#stop.signal,
      ...(regions ? { regions } : {}),
      ...(googleApiKey ? { googleApiKey } : {}),
    }).then(
      () => ended('completed', null),
      (error) => ended('failed', error instanceof Error ? error.message : String(error)),
    );
  }

  /** Imports a price book that another installation has refreshed. */
  async import(source: Readable): Promise<void> {
    const { priceBookPath: bookPath } = this.#settings;
    const file = `${bookPath}.${uuid()}.import`;
    await mkdir(dirname(bookPath), { recursive: true });
    try {
      await pipeline(source, limited, createWriteStream(file));
      importPriceBook({ file, bookPath });
    } catch (error) {
      if (!(error instanceof PriceBookError)) throw error;
      throw new DomainError(
        'invalid_request',
        `importing a price book: ${error.reason}; the prices are unchanged`,
        { cause: error },
      );
    } finally {
      await rm(file, { force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#refreshing;
  }

  #current() {
    const stamp = stampOf(this.#settings.priceBookPath);
    if (this.#loaded?.stamp === stamp) return this.#loaded;
    this.#loaded = { ...this.#load(stamp), stamp };
    return this.#loaded;
  }

  #load(stamp: string) {
    if (stamp === '') return { book: loadPriceBook(), origin: 'embedded' as const };
    try {
      return { book: loadPriceBook(this.#settings.priceBookPath), origin: 'installed' as const };
    } catch (error) {
      if (!(error instanceof PriceBookError)) throw error;
      this.#logger.warn('the price book was refused; the previous prices stay in use', {
        error: error.message,
      });
      return this.#loaded ?? { book: loadPriceBook(), origin: 'embedded' as const };
    }
  }
}

/** Returns a text that changes whenever the file is replaced; empty if there is none. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino}-${stat.size}-${stat.mtimeMs}`;
}

async function* limited(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > maxImportBytes)
      throw new DomainError('payload_too_large', 'importing a price book: it is larger than 64 MB');
    yield chunk;
  }
}
