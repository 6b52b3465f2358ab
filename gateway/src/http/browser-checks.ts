import { DomainError } from '@deployment-engine/service';
import type { Request, RequestHandler } from 'express';
import type { AccessConfig } from '../access/access-config.ts';
import { isLoopback } from '../access/settings.ts';

/**
 * Refuses requests whose `Host` is not a name of this gateway. This stops DNS rebinding, where a page points its own
 * name at this gateway. Such a page has no API key, so with required authentication only `ALLOWED_HOSTS` restricts.
 */
export function checkHost(config: AccessConfig): RequestHandler {
  return (request, _response, next) => {
    // What looks after the process calls it by an address, and learns nothing.
    const isOpen = config.allowedHosts.length === 0 || request.path === '/healthz';
    if (config.required && isOpen) return next();
    const host = request.headers.host ?? '';
    if (isOwnHost(host, request.socket.localPort) || isAllowed(host, config.allowedHosts)) return next();
    throw new DomainError(
      'forbidden_host',
      `the Host header names ${printable(host)}; use 127.0.0.1 or localhost with the port, or add the name to ALLOWED_HOSTS`,
    );
  };
}

/**
 * While the engine needs no key, refuses requests that a page of another origin sends through its reader's browser.
 * Browsers send `Origin` or `Sec-Fetch-Site` with such a request; other programs send neither.
 * Source: https://www.w3.org/TR/fetch-metadata/
 */
export function checkPage(config: AccessConfig): RequestHandler {
  return (request, _response, next) => {
    if (config.required || isOwnPage(request) || config.corsOrigins.includes(request.headers.origin ?? ''))
      return next();
    const from = request.headers.origin ?? `a page (${request.headers['sec-fetch-site']})`;
    throw new DomainError(
      'forbidden_host',
      `the request comes from ${printable(String(from))}; add its origin to CORS_ORIGINS if it may call this engine`,
    );
  };
}

function isOwnHost(host: string, port: number | undefined): boolean {
  const [, name = '', given] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
  return isLoopback(name) && Number(given ?? 80) === port;
}

/** An entry with a port allows that port only; one without a port allows every port. */
function isAllowed(host: string, allowed: string[]): boolean {
  const name = host.toLowerCase();
  return allowed.some((entry) => [name, name.replace(/:\d+$/, '')].includes(entry.toLowerCase()));
}

function isOwnPage({ headers }: Request): boolean {
  const { origin, host } = headers;
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === host;
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
