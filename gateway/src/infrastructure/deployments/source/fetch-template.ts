import { lookup as lookUp } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { isIP } from 'node:net';
import { matchesWildcard } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { isInternal, unmapped } from '@deployment-engine/service/addresses';

const maxBytes = 1_000_000;
const maxRedirects = 3;

export type FetchOptions = {
  /** `TEMPLATE_HOSTS`: names with wildcards; an address inside is reached only if `host:port` is listed. */
  hosts: readonly string[];
  timeoutMs?: number;
  /** Certificates to trust beside the usual ones. */
  ca?: string;
  /** Returns all addresses of a name. */
  lookup?: (host: string) => Promise<string[]>;
};

/**
 * Fetches the text of a template once. Only https; each redirect is checked like the first address. A name is resolved once, all its
 * addresses are checked, and the connection goes to one of them, so that a name can't mean two things. At most 1 MB in 10 s,
 * uncompressed. Throws `template_unreachable` or `template_refused`; no message has a part of the answer.
 */
export async function fetchTemplate(url: string, options: FetchOptions): Promise<string> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000);
  let next = new URL(url);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await get(next, options, signal);
    const { statusCode: status = 0, headers } = response;
    if (status === 200) return textOf(next, response, signal);
    response.destroy();
    if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined)
      throw unreachable(next, `the server answered ${status}`);
    if (!URL.canParse(headers.location, next.href)) throw unreachable(next, 'it redirects to no address');
    next = new URL(headers.location, next);
  }
  throw unreachable(new URL(url), `it redirects more than ${maxRedirects} times`);
}

async function get(url: URL, options: FetchOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const address = await allowedAddress(url, options);
  const requested: RequestOptions = {
    host: address,
    port: url.port || 443,
    path: url.pathname + url.search,
    servername: isIP(plainHost(url)) ? undefined : plainHost(url),
    headers: { host: url.host, 'accept-encoding': 'identity', 'user-agent': 'deployment-engine' },
    agent: false,
    signal,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(requested, resolve);
    sent.on('error', (error) => reject(unreachable(url, reasonOf(error, signal))));
    sent.end();
  });
}

/** Returns the address to connect to. */
async function allowedAddress(url: URL, { hosts, lookup = systemLookup }: FetchOptions): Promise<string> {
  if (url.protocol !== 'https:') throw refused(url, 'only https addresses are fetched');
  if (url.username !== '' || url.password !== '')
    throw refused(url, 'it has a user name or password, which would be stored; use an address without');
  const host = plainHost(url);
  const place = `${host}:${url.port || 443}`;
  const isNamed = hosts.includes(place);
  if (!isNamed && !hosts.some((pattern) => matchesWildcard(pattern, host)))
    throw refused(url, `TEMPLATE_HOSTS does not allow ${host}`);
  const addresses = await lookup(host).catch((error) => {
    throw unreachable(url, (error as NodeJS.ErrnoException).code ?? 'its name does not resolve');
  });
  const [first] = addresses;
  if (first === undefined) throw unreachable(url, 'its name does not resolve');
  if (!isNamed && addresses.some((address) => isInternal(address)))
    throw refused(url, `${host} is an address inside a private network`);
  return first;
}

function plainHost(url: URL): string {
  return unmapped(url.hostname);
}

async function systemLookup(host: string): Promise<string[]> {
  return isIP(host) ? [host] : (await lookUp(host, { all: true })).map(({ address }) => address);
}

async function textOf(url: URL, response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    response.destroy();
    throw refused(
      url,
      `its answer is compressed (${encoding.slice(0, 20)}), although that was not asked for`,
    );
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw refused(url, `it has more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof DomainError ? error : unreachable(url, reasonOf(error, signal));
  } finally {
    response.destroy();
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw refused(url, 'it is not a text in UTF-8');
  }
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'it took longer than the time limit';
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

function refused(url: URL, reason: string): DomainError {
  return new DomainError('template_refused', `fetching the template from ${shown(url)}: ${reason}`);
}

function unreachable(url: URL, reason: string): DomainError {
  return new DomainError('template_unreachable', `fetching the template from ${shown(url)}: ${reason}`);
}

/** Query strings can hold signatures. */
function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`.slice(0, 200);
}
