import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type AwsCredentials = { id: string; secret: string; session: string };
export type SignedCall = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

/** The access key id that a call names. */
export function accessKeyOf({ headers }: SignedCall): string | undefined {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];
}

/**
 * Whether these credentials signed a call, its body included. The path must need no escapes.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedWith(credentials: AwsCredentials, call: SignedCall): boolean {
  const { headers } = call;
  const [, scope = '', names = '', signature] =
    /Credential=[^/]+\/(\S+), SignedHeaders=(\S+), Signature=(\w+)/.exec(headers.authorization ?? '') ?? [];
  const [date = '', region = '', service = '', terminator = ''] = scope.split('/');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonicalRequest(call, names))];
  const key = [date, region, service, terminator].reduce<string | Buffer>(hmac, `AWS4${credentials.secret}`);
  const isWhole = ['host', 'x-amz-security-token'].every((name) => names.split(';').includes(name));
  return (
    isWhole &&
    headers['x-amz-security-token'] === credentials.session &&
    hmac(key, toSign.join('\n')).toString('hex') === signature
  );
}

function canonicalRequest({ method, url, headers, body }: SignedCall, names: string): string {
  const { pathname, searchParams } = new URL(url, 'http://any');
  const query = [...searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const signed = names.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  return [method, pathname, query, signed.join(''), names, sha256(body)].join('\n');
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
