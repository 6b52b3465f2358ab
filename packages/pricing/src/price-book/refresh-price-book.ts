import { writePriceBook } from './book-file.ts';
import { loadPriceBook } from './load-price-book.ts';
import type { PriceBook } from './price-book.ts';
import { awsOffers, readAwsOffer } from './refresh-aws.ts';
import { readAzurePrices } from './refresh-azure.ts';
import { readGooglePrices } from './refresh-google.ts';
import { type BookSection, digest, type SectionHeader, type SectionPayload } from './section.ts';

export type RefreshOptions = {
  /** Path of the installation's book; created from the embedded one if it is missing. */
  bookPath: string;
  /** Default: AWS and Azure, whose prices are public; Google's catalogue needs a key. */
  sources?: ('aws' | 'azure' | 'google')[];
  regions?: { aws?: string[] | undefined; azure?: string[] | undefined };
  baseUrls?: { aws?: string; azure?: string; google?: string };
  googleApiKey?: string;
  signal?: AbortSignal;
  /** Default: now. Date of new sections whose source gives none. */
  today?: Date;
};

export type FreshSection = {
  id: string;
  kind: SectionHeader['kind'];
  table: string | null;
  source: string;
  asOf: string;
  payload: SectionPayload;
};

const publicUrls = {
  aws: 'https://pricing.us-east-1.amazonaws.com',
  azure: 'https://prices.azure.com',
  google: 'https://cloudbilling.googleapis.com',
};

/**
 * Reads the clouds' price lists and replaces the book atomically. New sections come first and override the
 * older ones, which are kept for everything else. Throws if a source fails, and keeps the old book.
 */
export async function refreshPriceBook(options: RefreshOptions): Promise<PriceBook> {
  const today = (options.today ?? new Date()).toISOString().slice(0, 10);
  const fresh: FreshSection[] = [];
  for (const source of options.sources ?? ['aws', 'azure'])
    fresh.push(...(await pull(source, options, today)));
  const sections = new Map<string, BookSection>();
  for (const { id, payload, ...section } of fresh) {
    const line = JSON.stringify(payload);
    sections.set(id, { ...section, sha256: digest(line), line });
  }
  for (const [id, section] of loadPriceBook(options.bookPath).sections) {
    if (!sections.has(id)) sections.set(id, section);
  }
  writePriceBook(options.bookPath, today, sections);
  return loadPriceBook(options.bookPath);
}

async function pull(
  source: keyof typeof publicUrls,
  options: RefreshOptions,
  today: string,
): Promise<FreshSection[]> {
  const from = { baseUrl: options.baseUrls?.[source] ?? publicUrls[source], today, signal: options.signal };
  if (source === 'azure') return readAzurePrices(from, options.regions?.azure ?? ['eastus', 'westeurope']);
  if (source === 'google') return readGooglePrices({ ...from, apiKey: options.googleApiKey ?? '' });
  const sections: FreshSection[] = [];
  for (const region of options.regions?.aws ?? ['us-east-1']) {
    for (const offer of awsOffers) sections.push(...(await readAwsOffer(from, offer, region)));
  }
  return sections;
}
