import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';

/** Where a refresh reads from. */
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

/** Streams the rows of a CSV body, because price lists of gigabytes do not fit into memory. */
export async function* rowsOf(response: Response): AsyncGenerator<string[]> {
  const parser = parse({ relax_column_count: true, bom: true });
  pipeline(Readable.from(response.body ?? []), parser, () => {}); // an error also ends the parser
  yield* parser as AsyncIterable<string[]>;
}

/** Removes the query, which may contain an API key. */
function withoutQuery(url: string): string {
  return url.split('?')[0] ?? url;
}
