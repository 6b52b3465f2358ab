import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type Config, ConfigError } from '../config.ts';

/** Creates an HTTP server, or an HTTPS one if a certificate is configured. It does not listen yet. */
export async function createListener({ access }: Config, app: RequestListener): Promise<Server> {
  if (!access.tls) return createServer(app);
  const cert = await readPem('TLS_CERT_FILE', access.tls.certFile);
  const key = await readPem('TLS_KEY_FILE', access.tls.keyFile);
  try {
    return createTlsServer({ cert, key, minVersion: 'TLSv1.2' }, app);
  } catch (error) {
    throw new ConfigError([
      `TLS_CERT_FILE, TLS_KEY_FILE: not a certificate with its key: ${(error as Error).message}`,
    ]);
  }
}

async function readPem(setting: string, path: string): Promise<Buffer> {
  return readFile(path).catch((error) => {
    throw new ConfigError([`${setting}: reading ${path}: ${error.message}`]);
  });
}
