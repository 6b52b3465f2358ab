import { readFileSync } from 'node:fs';
import { completeTlsFiles, type TlsFiles } from '@deployment-engine/service';
import type { ClientTls } from './send-signed.ts';

/** The gateway's certificate and key towards runners, and the authority that signs runners'. */
export function clientTlsFiles(settings: {
  RUNNER_CLIENT_CERT?: string | undefined;
  RUNNER_CLIENT_KEY?: string | undefined;
  RUNNER_CLIENT_CA?: string | undefined;
}): TlsFiles | undefined | 'incomplete' {
  const { RUNNER_CLIENT_CERT: cert, RUNNER_CLIENT_KEY: key, RUNNER_CLIENT_CA: ca } = settings;
  return completeTlsFiles({ cert, key, ca });
}

export function readClientTls({ cert, key, ca }: TlsFiles): ClientTls {
  return { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(ca) };
}
