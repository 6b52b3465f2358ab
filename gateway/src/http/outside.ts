import { lookup as lookUp } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { matchesWildcard } from '@deployment-engine/contracts';
import { isInternal, unmapped } from '@deployment-engine/service/addresses';

/** Which hosts a user's address may name. */
export type OutsideRules = {
  /** Names with wildcards. An address inside a private network, or without TLS, is reached only if `host:port` is listed. */
  hosts: readonly string[];
  /** The setting that has them. */
  setting: string;
  /** Certificates to trust beside the usual ones. */
  ca?: string | undefined;
  /** Returns all addresses of a name. */
  lookup?: ((host: string) => Promise<string[]>) | undefined;
};

export type OutsideRequest = {
  method: 'GET' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
};

/** An address that is not allowed (`refused`), or a server that does not answer (`unreachable`). Holds nothing of an answer. */
export class OutsideError extends Error {
  override readonly name = 'OutsideError';
  readonly kind: 'refused' | 'unreachable';

  constructor(kind: 'refused' | 'unreachable', reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/**
 * Sends a request to an address that a user gave. A name is resolved once, all its addresses are checked, and the connection
 * goes to one of them, so that a name can't mean two things. Redirects are not followed. The caller reads the answer, or
 * destroys it.
 */
export async function requestOutside(
  url: URL,
  { method, headers = {}, body, signal }: OutsideRequest,
  rules: OutsideRules,
): Promise<IncomingMessage> {
  const address = await allowedAddress(url, rules, signal);
  const isTls = url.protocol === 'https:';
  const host = plainHost(url);
  const options: RequestOptions = {
    method,
    host: address,
    port: portOf(url),
    path: url.pathname + url.search,
    servername: isIP(host) ? undefined : host,
    headers: { host: url.host, 'accept-encoding': 'identity', 'user-agent': 'deployment-engine', ...headers },
    agent: false,
    signal,
    ...(rules.ca === undefined ? {} : { ca: rules.ca }),
  };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const sent = (isTls ? requestHttps : requestHttp)(options, resolve);
    sent.on('error', (error) => reject(outsideError(error, signal)));
    sent.end(body);
  });
}

/** Returns what broke a connection, without words of the server. */
export function outsideError(error: unknown, signal: AbortSignal): OutsideError {
  if (error instanceof OutsideError) return error;
  if (signal.aborted) {
    const isTimeout = (signal.reason as Error | undefined)?.name === 'TimeoutError';
    const reason = isTimeout ? 'it took longer than the time limit' : 'the gateway stopped in the middle';
    return new OutsideError('unreachable', reason);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  return new OutsideError('unreachable', code ?? message);
}

/** Returns the address to connect to. */
async function allowedAddress(url: URL, rules: OutsideRules, signal: AbortSignal): Promise<string> {
  const host = plainHost(url);
  const isNamed = rules.hosts.includes(placeOf(url));
  if (url.protocol !== 'https:' && !(isNamed && url.protocol === 'http:'))
    throw new OutsideError('refused', 'only https addresses are called');
  if (url.username !== '' || url.password !== '')
    throw new OutsideError(
      'refused',
      'it has a user name or password, which would be stored; use an address without',
    );
  if (!isNamed && !rules.hosts.some((pattern) => matchesWildcard(pattern, host)))
    throw new OutsideError('refused', `${rules.setting} does not allow ${host}`);
  const found = (rules.lookup ?? systemLookup)(host);
  const addresses = await Promise.race([found, aborted(signal)]).catch((error) => {
    if (signal.aborted) throw outsideError(error, signal);
    throw new OutsideError(
      'unreachable',
      (error as NodeJS.ErrnoException).code ?? 'its name does not resolve',
    );
  });
  const [first] = addresses;
  if (first === undefined) throw new OutsideError('unreachable', 'its name does not resolve');
  if (!isNamed && addresses.some((address) => isInternal(address)))
    throw new OutsideError('refused', `${host} is an address inside a private network`);
  return first;
}

/** Rejects when a request is broken off: a slow name server takes longer than anybody waits. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Returns a host as `hosts` of the rules name one that may be inside a private network. */
export function placeOf(url: URL): string {
  return `${plainHost(url)}:${portOf(url)}`;
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

function plainHost(url: URL): string {
  return unmapped(url.hostname);
}

async function systemLookup(host: string): Promise<string[]> {
  return isIP(host) ? [host] : (await lookUp(host, { all: true })).map(({ address }) => address);
}
