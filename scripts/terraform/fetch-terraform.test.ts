import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { fetchTerraform } from './fetch-terraform.ts';
import { findTerraform } from './find-terraform.ts';

const archive = zipSync({
  terraform: Buffer.from('#!/bin/sh\necho fetched\n'),
  'LICENSE.txt': Buffer.from('x'),
});
const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

async function withServer<T>(use: (baseUrl: string, toolsDir: string) => Promise<T>): Promise<T> {
  const server = createServer((_request, response) => response.end(archive)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const toolsDir = await mkdtemp(join(tmpdir(), 'tools-'));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, toolsDir);
  } finally {
    server.close();
    await rm(toolsDir, { recursive: true });
  }
}

test('an archive with the pinned digest is unpacked and executable', () =>
  withServer(async (baseUrl, toolsDir) => {
    const sha256 = createHash('sha256').update(archive).digest('hex');
    const path = await fetchTerraform(toolsDir, {
      version: '9.9.9',
      baseUrl,
      sha256: { [platform]: sha256 },
    });
    expect(await readFile(path, 'utf8')).toMatch(/fetched/);
  }));

test('an archive with another digest is refused and leaves nothing behind', () =>
  withServer(async (baseUrl, toolsDir) => {
    const release = { version: '9.9.9', baseUrl, sha256: { [platform]: '0'.repeat(64) } };
    await expect(fetchTerraform(toolsDir, release)).rejects.toThrow(/has SHA-256 .* expected 000/);
    expect(existsSync(join(toolsDir, 'terraform-9.9.9'))).toBe(false);
  }));

test('a named binary that is missing is an error that says how to mend it', async () => {
  await expect(findTerraform({ TERRAFORM_BINARY_PATH: '/nowhere/terraform' }, '/tmp')).rejects.toThrow(
    /correct or unset it/,
  );
});
