// Runs on any installed Node (20 or newer): installs what is missing, then runs the given script on the
// pinned Node. Usage: node scripts/bootstrap.mjs SCRIPT [ARGUMENT…]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');
const stamp = join(root, 'node_modules', '.installed');
/** Compiled code of everything that is started from here: it halves what a process needs to start. */
const compiled = join(root, 'node_modules', '.cache', 'deployment-engine', 'compiled');
const environment = { NODE_COMPILE_CACHE: compiled, ...process.env };

const lockDigest = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest && existsSync(pinnedNode);
if (!installed) {
  console.error('Installing packages (once)…');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (npm.status !== 0) {
    console.error(
      'Installing packages: npm ci has failed; its message is above. Is the npm registry reachable?',
    );
    process.exit(npm.status ?? 1);
  }
  // Without the image all works, but the first start and every test with a database take seconds longer.
  const image = join(root, 'gateway', 'src', 'server', 'database', 'make-image.ts');
  spawnSync(pinnedNode, [image], { cwd: root, env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
  for (const service of ['gateway', 'terraform-runner'])
    spawnSync(pinnedNode, [join(root, service, 'src', 'main.ts'), '--help'], { cwd: root, env: environment });
  writeFileSync(stamp, lockDigest);
}
if (!existsSync(pinnedNode)) {
  console.error(`Starting: ${pinnedNode} is missing; remove node_modules and run this again.`);
  process.exit(1);
}

const child = spawn(pinnedNode, process.argv.slice(2), { cwd: root, env: environment, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm forwards SIGINT and SIGTERM, but dies from any other signal; the processes it started must end then
// too.
if (process.env.npm_lifecycle_event) {
  const npm = process.ppid;
  setInterval(() => process.ppid !== npm && child.kill('SIGTERM'), 1000).unref();
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
