import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';

/** Where one refresh reads from. */
export type PriceSource = {
  /** Without a trailing slash. */
  baseUrl: string;
  /** `YYYY-MM-DD`. */
  today: string;
  signal: AbortSignal | undefined;
};

const stallMs = 60_000;

export async function open(url: string, source: PriceSource): Promise<Response> {
  const timeout = AbortSignal.timeout(stallMs * 30);
  const signal = source.signal === undefined ? timeout : AbortSignal.any([source.signal, timeout]);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`reading ${withoutQuery(url)}: HTTP ${response.status}`);
  return response;
}

/** The rows of a CSV body as they arrive; a price list of gigabytes never lies in memory as a whole. */
export async function* rowsOf(response: Response): AsyncGenerator<string[]> {
  const parser = parse({ relax_column_count: true, bom: true });
  pipeline(Readable.from(response.body ?? []), parser, () => {}); // an error ends the parser with it
  yield* parser as AsyncIterable<string[]>;
}

/** A query may hold a key. */
function withoutQuery(url: string): string {
  return url.split('?')[0] ?? url;
}
