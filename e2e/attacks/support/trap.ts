import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The target of an attack: a file outside every project, a place for a mark, and a listener. The file
 * contains a canary; if canary or mark appear anywhere, the attack has worked.
 */
export class Trap {
  readonly directory: string;
  readonly canary = `canary-${randomBytes(8).toString('hex')}`;
  readonly heard: string[] = [];
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      this.heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`);
      response.writeHead(request.method === 'GET' && request.url === '/state' ? 404 : 200).end('heard');
    });
  });

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async set(): Promise<Trap> {
    const trap = new Trap(await mkdtemp(join(tmpdir(), 'trap-')));
    await writeFile(trap.secretFile, trap.canary, { mode: 0o644 });
    await writeFile(trap.stateFile, stateWith(trap.canary), { mode: 0o644 });
    await mkdir(trap.moduleFolder);
    await writeFile(join(trap.moduleFolder, 'main.tf'), `output "x" {\n  value = "${trap.canary}"\n}\n`);
    await chmod(trap.directory, 0o755);
    trap.#server.listen(0, '127.0.0.1');
    await once(trap.#server, 'listening');
    return trap;
  }

  get secretFile(): string {
    return join(this.directory, 'secret.txt');
  }

  /** A state with the canary as its output. */
  get stateFile(): string {
    return join(this.directory, 'victim.tfstate');
  }

  /** Whether somebody has changed that state. */
  async stateIsChanged(): Promise<boolean> {
    return (await readFile(this.stateFile, 'utf8')) !== stateWith(this.canary);
  }

  restoreState(): Promise<void> {
    return writeFile(this.stateFile, stateWith(this.canary));
  }

  /** A module with the canary as its output. */
  get moduleFolder(): string {
    return join(this.directory, 'module');
  }

  /** A file that only the attacker's code writes. */
  get mark(): string {
    return join(this.directory, 'mark');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  isMarked(): boolean {
    return existsSync(this.mark);
  }

  async readMark(): Promise<string> {
    return readFile(this.mark, 'utf8');
  }

  /** Resets the trap for the next attempt. */
  async reset(): Promise<void> {
    this.heard.length = 0;
    await rm(this.mark, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function stateWith(value: string): string {
  const outputs = { password: { value, type: 'string' } };
  return JSON.stringify({
    version: 4,
    terraform_version: '1.11.4',
    serial: 1,
    lineage: 'l',
    outputs,
    resources: [],
  });
}
