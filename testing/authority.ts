import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TlsFiles } from '@deployment-engine/service';

/** Issues a certificate for `127.0.0.1` that is valid for a day. */
export type Authority = (name: string) => TlsFiles;

/** Creates a certificate authority whose files are in this folder. */
export function makeAuthority(folder: string, authority: string): Authority {
  const create = (name: string, ...more: string[]) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
    const certificate = ['-out', `${name}.pem`, '-subj', `/CN=${name}`, '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...key, ...certificate, ...more], {
      cwd: folder,
      stdio: 'pipe',
    });
  };
  create(authority);
  return (name) => {
    const signer = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`];
    create(name, ...signer, '-addext', 'subjectAltName=IP:127.0.0.1');
    const [cert, key, ca] = [`${name}.pem`, `${name}.key`, `${authority}.pem`].map((file) =>
      join(folder, file),
    );
    return { cert, key, ca } as TlsFiles;
  };
}
