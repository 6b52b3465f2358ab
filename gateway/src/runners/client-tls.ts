import { readFileSync } from 'node:fs';
import { completeTlsFiles, type TlsFiles } from '@deployment-engine/service';
import type { ClientTls } from './send-signed.ts';

/** Returns the files of the gateway's certificate and key for runners, and of the authority that signs theirs. */
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
