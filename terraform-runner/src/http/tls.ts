import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';

/** Paths of a certificate, its key, and the authority that signs the other side's certificate; all PEM. */
export type TlsFiles = { cert: string; key: string; ca: string };

/** `undefined` where none of the three is set. */
export function tlsFiles(settings: NodeJS.ProcessEnv): TlsFiles | undefined | 'incomplete' {
  const { RUNNER_TLS_CERT: cert, RUNNER_TLS_KEY: key, RUNNER_TLS_CA: ca } = settings;
  if (!cert && !key && !ca) return undefined;
  return cert && key && ca ? { cert, key, ca } : 'incomplete';
}

/** With TLS, only clients with a certificate of that authority get as far as HTTP. */
export function createServer(tls: TlsFiles | undefined, listener: RequestListener): Server {
  if (!tls) return createHttpServer(listener);
  const [cert, key, ca] = [tls.cert, tls.key, tls.ca].map((path) => readFileSync(path));
  return createHttpsServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, listener);
}
