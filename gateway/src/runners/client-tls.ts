import { readFileSync } from 'node:fs';
import type { ClientTls } from './send-signed.ts';

/** Paths of the gateway's certificate and key towards runners, and of the authority that signs runners'; all PEM. */
export type ClientTlsFiles = { cert: string; key: string; ca: string };

/** `undefined` where none of the three is set. */
export function clientTlsFiles(settings: {
  RUNNER_CLIENT_CERT?: string | undefined;
  RUNNER_CLIENT_KEY?: string | undefined;
  RUNNER_CLIENT_CA?: string | undefined;
}): ClientTlsFiles | undefined | 'incomplete' {
  const { RUNNER_CLIENT_CERT: cert, RUNNER_CLIENT_KEY: key, RUNNER_CLIENT_CA: ca } = settings;
  if (!cert && !key && !ca) return undefined;
  return cert && key && ca ? { cert, key, ca } : 'incomplete';
}

export function readClientTls({ cert, key, ca }: ClientTlsFiles): ClientTls {
  return { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(ca) };
}
