import type { Options } from 'execa';

/** The system's store of secrets. A program that is missing or refuses means that there is none. */
export type Keychain = {
  /** Returns whether the token is kept there now. */
  store(url: string, token: string): Promise<boolean>;
  find(url: string): Promise<string | undefined>;
  remove(url: string): Promise<void>;
};

const service = 'deployer';
/** The keychain may ask its owner for a password first. */
const timeoutMs = 60_000;

/** Returns the keychain of Linux (Secret Service) or macOS; `undefined` on other systems. */
export function keychainOf(platform: NodeJS.Platform): Keychain | undefined {
  const programs: Partial<Record<NodeJS.Platform, Keychain>> = { linux: secretService, darwin: macKeychain };
  return programs[platform];
}

const secretService: Keychain = {
  async store(url, token) {
    const words = ['store', `--label=Deployment Engine at ${url}`, ...attributes(url)];
    await run('secret-tool', words, { input: token });
    return (await this.find(url)) === token;
  },
  find: (url) => run('secret-tool', ['lookup', ...attributes(url)]),
  remove: async (url) => void (await run('secret-tool', ['clear', ...attributes(url)])),
};

/** `security -i` reads its commands from standard input, so that the token is in no process list. */
const macKeychain: Keychain = {
  async store(url, token) {
    const hex = Buffer.from(token).toString('hex');
    const command = `add-generic-password -U -s ${service} -a "${url}" -X ${hex}\n`;
    await run('security', ['-i'], { input: command });
    return (await this.find(url)) === token;
  },
  find: (url) => run('security', ['find-generic-password', '-s', service, '-a', url, '-w']),
  remove: async (url) => void (await run('security', ['delete-generic-password', '-s', service, '-a', url])),
};

function attributes(url: string): string[] {
  return ['service', service, 'url', url];
}

/** Returns what the program prints; `undefined` if it fails or prints nothing. */
async function run(file: string, words: string[], options: Options = {}): Promise<string | undefined> {
  const { execa } = await import('execa'); // few commands need it
  const { failed, stdout } = await execa(file, words, { ...options, reject: false, timeout: timeoutMs });
  return failed || typeof stdout !== 'string' || stdout === '' ? undefined : stdout;
}
