import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { completeTlsFiles, type TlsFiles } from '@deployment-engine/service';

/** Reads the paths of the runner's certificate and key, and of the CA that signs gateway certificates. */
export function tlsFiles(settings: NodeJS.ProcessEnv): TlsFiles | undefined | 'incomplete' {
  const { RUNNER_TLS_CERT: cert, RUNNER_TLS_KEY: key, RUNNER_TLS_CA: ca } = settings;
  return completeTlsFiles({ cert, key, ca });
}

/** Creates the server. With TLS, only clients with a certificate of that CA are accepted. */
export function createServer(tls: TlsFiles | undefined, listener: RequestListener): Server {
  if (!tls) return createHttpServer(listener);
  const [cert, key, ca] = [tls.cert, tls.key, tls.ca].map((path) => readFileSync(path));
  return createHttpsServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, listener);
}
