import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { standinTypes } from './types.ts';

const root = join(import.meta.dirname, '..', '..');
const version = '99.0.0';

/** A filesystem mirror with the stand-in providers, and the settings with which a runner can start them. */
export type StandinMirror = { env: Record<string, string>; [Symbol.asyncDispose](): Promise<void> };

/** Writes the mirror. Its providers are programs that Node runs, so that runs must be able to read Node and this repository. */
export async function makeStandinMirror(): Promise<StandinMirror> {
  const folder = await mkdtemp(join(tmpdir(), 'standin-mirror-'));
  await chmod(folder, 0o755); // each job has a user of its own
  for (const provider of Object.keys(standinTypes)) {
    const place = join(folder, 'registry.terraform.io/hashicorp', provider, version, platform());
    await mkdir(place, { recursive: true });
    certify(place);
    await chmod(join(place, 'key.pem'), 0o644);
    const main = JSON.stringify(join(import.meta.dirname, 'main.mjs'));
    const script = `#!${process.execPath}\nimport(${main}).then(({ serveProvider }) => serveProvider('${provider}', __dirname));\n`;
    await writeFile(join(place, `terraform-provider-${provider}_v${version}_x5`), script, { mode: 0o755 });
  }
  const readable = [dirname(process.execPath), join(root, 'node_modules'), import.meta.dirname];
  const libraries = ['/bin', '/lib', '/lib64', '/usr'].filter((path) => existsSync(path));
  return {
    env: {
      TERRAFORM_PROVIDER_MIRROR: folder,
      SANDBOX_READ_ONLY_PATHS: [...libraries, ...readable].join(','),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Terraform takes a child's own certificate for its authority, and calls the child localhost. */
function certify(cwd: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1'];
  execFileSync('openssl', ['req', '-x509', ...key, '-out', 'cert.pem', ...names], { cwd, stdio: 'pipe' });
}

function platform(): string {
  return `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
}
