import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunOptions, runDeployer, writeFiles } from './support.ts';

/** An engine that knows one token and no projects, and records what it received. */
type Listener = { url: string; server: Server; tokens: (string | undefined)[] };

let root = '';
let config = '';
let folder = '';
const listeners: Listener[] = [];

beforeAll(async () => {
  for (let index = 0; index < 5; index += 1) listeners.push(await listen());
});
afterAll(() => Promise.all(listeners.map(({ server }) => new Promise((end) => server.close(end)))));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-'));
  config = join(root, 'config');
  folder = join(root, 'shop');
  await mkdir(folder);
  for (const listener of listeners) listener.tokens = [];
});
afterEach(() => rm(root, { recursive: true }));

async function listen(): Promise<Listener> {
  const listener: Listener = { url: '', server: createServer(), tokens: [] };
  listener.server.on('request', (request: IncomingMessage, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '');
    listener.tokens.push(token);
    const body = token === 'wrong' ? { error: 'wrong' } : { projects: [], nextCursor: null };
    response.writeHead(token === 'wrong' ? 401 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((ready) => listener.server.listen(0, '127.0.0.1', ready));
  listener.url = `http://127.0.0.1:${(listener.server.address() as AddressInfo).port}`;
  return listener;
}

const deployer = (words: string[], options: RunOptions = {}) =>
  runDeployer(undefined, words, {
    cwd: folder,
    ...options,
    env: { XDG_CONFIG_HOME: config, ...options.env },
  });
const at = (index: number): Listener => listeners[index] ?? assert.fail();
const asked = () => listeners.findIndex(({ tokens }) => tokens.length > 0);
const inProject = (text: string) => writeFile(join(folder, 'deployer.yaml'), text);
const ofUser = (text: string) => writeFiles(config, { 'deployer/config.yaml': text });

test('an address comes from the flag, else DEPLOYER_URL, else deployer.yaml, else config.yaml', async () => {
  const [flag, environment, project, user] = listeners.map(({ url }) => url);
  await ofUser(`url: ${user}\n`);
  await inProject(`url: ${project}\n`);
  const env = { DEPLOYER_URL: environment ?? '' };
  const from = async (words: string[], options: RunOptions) => {
    for (const listener of listeners) listener.tokens = [];
    const { code, stderr } = await deployer(['list', ...words], options);
    assert.equal(code, 0, stderr);
    return asked();
  };
  expect(await from(['--url', flag ?? ''], { env })).toBe(0);
  expect(await from([], { env })).toBe(1);
  expect(await from([], {})).toBe(2);
  await rm(join(folder, 'deployer.yaml'));
  expect(await from([], {})).toBe(3);
});

test('a token comes from the flag, else DEPLOYER_TOKEN, its file, login, else the file of config.yaml', async () => {
  await writeFiles(root, { flag: 'of-flag\n', file: 'of-file\n', user: 'of-user\n' });
  await ofUser(`url: ${at(3).url}\ntokenFile: ${join(root, 'user')}\n`);
  const from = async (words: string[], env: Record<string, string> = {}) => {
    const { code, stderr } = await deployer(['list', ...words], { env });
    assert.equal(code, 0, stderr);
    return at(3).tokens.at(-1);
  };
  const files = { DEPLOYER_TOKEN_FILE: join(root, 'file') };
  const all = { DEPLOYER_TOKEN: 'of-environment', ...files };
  expect(await from([])).toBe('of-user');
  const login = await deployer(['login', '--no-keychain'], { input: 'of-login\n' });
  assert.equal(login.code, 0, login.stderr);
  expect(await from([])).toBe('of-login');
  expect(await from([], files)).toBe('of-file');
  expect(await from([], all)).toBe('of-environment');
  expect(await from(['--token-file', join(root, 'flag')], all)).toBe('of-flag');
});

test('an address that only deployer.yaml names gets no token but that of login', async () => {
  await writeFile(join(root, 'token'), 'secret');
  await inProject(`url: ${at(4).url}\n`);
  const refused = /is not sent to http:\/\/127\.0\.0\.1:\d+, which only deployer\.yaml names; give --url/;
  const env = { DEPLOYER_TOKEN: 'secret' };
  expect(await deployer(['list'], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(refused),
  });
  const words = ['list', '--token-file', join(root, 'token')];
  expect(await deployer(words)).toMatchObject({ code: 2, stderr: expect.stringMatching(refused) });
  await ofUser(`tokenFile: ${join(root, 'token')}\n`);
  expect(await deployer(['list'])).toMatchObject({ code: 2, stderr: expect.stringMatching(refused) });
  expect(await deployer(['login', '--no-keychain'], { input: 'secret' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`if it is yours, say so with --url ${at(4).url}`),
  });
  expect(at(4).tokens).toStrictEqual([]);
  await inProject(`url: ${at(4).url}\ntokenFile: ${join(root, 'token')}\n`);
  expect((await deployer(['list'])).stderr).toMatch(/deployer\.yaml: Unrecognized key: "tokenFile"/);
  await inProject(`url: ${at(4).url}\n`);
  expect(await deployer(['list', '--url', at(4).url], { env })).toMatchObject({ code: 0 });
  expect(at(4).tokens).toStrictEqual(['secret']);
});

test('a project comes from the flag, else DEPLOYER_PROJECT, else deployer.yaml, else the folder', async () => {
  const projectOf = async (words: string[], env: Record<string, string> = {}) => {
    const { stderr } = await deployer(['status', '--url', at(0).url, ...words], { env });
    return /project (\S+) has no job/.exec(stderr)?.[1] ?? stderr;
  };
  const page = { projectId: 'any', jobs: [], revisions: [], nextCursor: null };
  at(0)
    .server.removeAllListeners('request')
    .on('request', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
    });
  expect(await projectOf([])).toBe('shop');
  await inProject('project: of-file\r\n');
  expect(await projectOf([])).toBe('of-file');
  expect(await projectOf([], { DEPLOYER_PROJECT: 'of-environment' })).toBe('of-environment');
  expect(await projectOf(['--project', 'of-flag'], { DEPLOYER_PROJECT: 'of-environment' })).toBe('of-flag');
});

test('switches come from every source, and a wrong value is named', async () => {
  const url = at(1).url;
  const traced = /^deployer: GET http\S+\/api\/deploy\/projects: 200/m;
  const isTraced = async (words: string[] = [], env: Record<string, string> = {}) =>
    traced.test((await deployer(['list', '--url', url, ...words], { env })).stderr);
  expect(await isTraced()).toBe(false);
  expect(await isTraced(['--verbose'])).toBe(true);
  await ofUser('verbose: true\n');
  expect(await isTraced()).toBe(true);
  await inProject('verbose: false\n');
  expect(await isTraced()).toBe(false);
  expect(await isTraced([], { DEPLOYER_VERBOSE: '1' })).toBe(true);
  expect(await deployer(['list'], { env: { DEPLOYER_VERBOSE: 'yes' } })).toMatchObject({
    code: 2,
    stderr: 'deployer: DEPLOYER_VERBOSE=yes: write true or false\n',
  });
  await inProject('verbose: maybe\n');
  expect((await deployer(['list'])).stderr).toMatch(/^deployer: reading deployer\.yaml: verbose .*boolean/);
  await inProject('a: [\n');
  expect(await deployer(['list', '--json'])).toMatchObject({ code: 1, stdout: '' });
});

test('login keeps a token that works, in a file that only its owner can read, and logout removes it', async () => {
  await ofUser('# mine\nverbose: false\n');
  const wrong = await deployer(['login', '--no-keychain', '--url', at(1).url], { input: 'wrong' });
  expect(wrong.code).toBe(1);
  await expect(stat(join(config, 'deployer/logins.json'))).rejects.toThrow(/ENOENT/);
  expect(await deployer(['login', '--url', at(1).url], { input: ' \n' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('deployer login < FILE'),
  });

  const login = await deployer(['login', '--no-keychain', '--url', `${at(1).url}/`], { input: 'good\n' });
  expect(login).toMatchObject({ code: 0, stderr: '' });
  expect(login.stdout).toMatch(
    /^Logged in to http:\S+[^/]\. The token is in .*logins\.json, which only you can read/,
  );
  expect(login.stdout).not.toContain('good');
  const file = join(config, 'deployer/logins.json');
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
  expect(await readFile(join(config, 'deployer/config.yaml'), 'utf8')).toBe(
    `# mine\nverbose: false\nurl: ${at(1).url}\n`,
  );
  at(1).tokens = [];
  expect((await deployer(['list'])).code).toBe(0);
  expect((await deployer(['list', '--url', at(2).url])).code).toBe(0);
  expect([at(1).tokens, at(2).tokens]).toStrictEqual([['good'], [undefined]]);

  expect((await deployer(['logout'])).stdout).toMatch(/end it with deployer keys revoke/);
  expect(await deployer(['logout'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no token is kept'),
  });
  expect(await readFile(file, 'utf8')).not.toContain('good');
});

/** Stands in for the program of the system's keychain; keeps the token in a file beside it. */
const program = `#!/bin/sh
dir=$(dirname "$0"); echo "$@" >> "$dir/words"
case "$1" in
  store) cat > "$dir/kept" ;;
  lookup) cat "$dir/kept" ;;
  clear) rm "$dir/kept" ;;
esac
`;

(process.platform === 'linux' ? test : test.skip)(
  'login keeps the token in the keychain where there is one, and no process list shows it',
  async () => {
    await writeFiles(root, { 'bin/secret-tool': program });
    await chmod(join(root, 'bin/secret-tool'), 0o755);
    const env = { PATH: `${join(root, 'bin')}:${process.env.PATH}` };
    const login = await deployer(['login', '--url', at(1).url, '--json'], { input: 'of-keychain', env });
    expect(login).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ url: at(1).url, token: 'keychain' })}\n`,
    });
    expect(await readFile(join(root, 'bin/kept'), 'utf8')).toBe('of-keychain');
    expect(await readFile(join(config, 'deployer/logins.json'), 'utf8')).not.toContain('of-keychain');
    at(1).tokens = [];
    expect((await deployer(['list'], { env })).code).toBe(0);
    expect(at(1).tokens).toStrictEqual(['of-keychain']);
    expect(await readFile(join(root, 'bin/words'), 'utf8')).not.toContain('of-keychain');
    await rm(join(root, 'bin/kept'));
    expect(await deployer(['list'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the system's keychain does not give it; run deployer login"),
    });
    const refusing = join(root, 'bin/secret-tool');
    await writeFile(refusing, '#!/bin/sh\nexit 1\n');
    const again = await deployer(['login', '--url', at(1).url, '--json'], { input: 'in-file', env });
    expect(JSON.parse(again.stdout).token).toBe('file');
  },
);

test('init writes deployer.yaml once, and says what comes next', async () => {
  expect(await deployer(['init'])).toMatchObject({
    code: 0,
    stdout: 'wrote deployer.yaml; next: write main.tf, then deployer plan\n',
  });
  expect(await readFile(join(folder, 'deployer.yaml'), 'utf8')).toBe('project: shop\n');
  expect(await deployer(['init'])).toMatchObject({
    code: 1,
    stderr: 'deployer: writing deployer.yaml: it exists already; nothing was changed\n',
  });
  const words = ['init', join(root, 'nowhere'), '--project', 'x', '--json'];
  expect(JSON.parse((await deployer(words)).stderr)).toMatchObject({ exitCode: 1 });
});
