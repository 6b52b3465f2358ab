import type { IncomingMessage } from 'node:http';
import { DomainError } from '@deployment-engine/service';
import { OutsideError, type OutsideRules, outsideError, requestOutside } from '../../../http/outside.ts';

const maxBytes = 1_000_000;
const maxRedirects = 3;

export type FetchOptions = Omit<OutsideRules, 'setting'> & { timeoutMs?: number };

/**
 * Fetches the text of a template once. Each redirect is checked like the first address. At most 1 MB in 10 s, uncompressed. Throws
 * `template_unreachable` or `template_refused`; no message has a part of the answer.
 */
export async function fetchTemplate(url: string, options: FetchOptions): Promise<string> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000);
  let next = new URL(url);
  try {
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const response = await requestOutside(
        next,
        { method: 'GET', signal },
        { ...options, setting: 'TEMPLATE_HOSTS' },
      );
      if (response.statusCode === 200) return await textOf(response, signal);
      response.destroy();
      next = redirectOf(response, next);
    }
    throw new OutsideError('unreachable', `it redirects more than ${maxRedirects} times`);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const code = error.kind === 'refused' ? 'template_refused' : 'template_unreachable';
    throw new DomainError(code, `fetching the template from ${shown(next)}: ${error.message}`);
  }
}

function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage, from: URL): URL {
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined)
    throw new OutsideError('unreachable', `the server answered ${statusCode}`);
  if (!URL.canParse(location, from.href)) throw new OutsideError('unreachable', 'it redirects to no address');
  return new URL(location, from);
}

async function textOf(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    if (encoding !== 'identity')
      throw new OutsideError('refused', 'its answer is compressed, although that was not asked for');
    for await (const chunk of response) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new OutsideError('refused', `it has more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw outsideError(error, signal);
  } finally {
    response.destroy();
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new OutsideError('refused', 'it is not a text in UTF-8');
  }
}

/** Query strings can hold signatures. */
function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`.slice(0, 200);
}
