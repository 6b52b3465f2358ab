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

/** The lines of a text body as they arrive; a price list of gigabytes never lies in memory as a whole. */
export async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** A query may hold a key. */
function withoutQuery(url: string): string {
  return url.split('?')[0] ?? url;
}
