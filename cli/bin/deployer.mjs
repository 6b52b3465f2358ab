#!/usr/bin/env node
// The command line is TypeScript, which the pinned Node and every newer one run directly.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/main.ts', import.meta.url);
if (process.features.typescript) {
  module.enableCompileCache();
  await import(main.href);
} else {
  const pinned = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
  const words = [fileURLToPath(main), ...process.argv.slice(2)];
  const child = spawn(existsSync(pinned) ? pinned : process.execPath, words, { stdio: 'inherit' });
  process.on('SIGINT', () => undefined); // the terminal sends it to the child too, which decides what it means
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => process.exit(code ?? 1));
}
