import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';

export type Release = { version: string; baseUrl: string; sha256: Record<string, string> };

/** The release to download if none is installed, with the SHA-256 of each archive from its SHA256SUMS. */
export const pinnedRelease: Release = {
  version: '1.11.4',
  baseUrl: 'https://releases.hashicorp.com/terraform',
  sha256: {
    linux_amd64: '1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc',
    linux_arm64: 'a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633',
    darwin_amd64: 'a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b',
    darwin_arm64: '867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18',
  },
};

const timeoutMs = 120_000;

/** Downloads, verifies and unpacks Terraform into `toolsDir`, once; returns the path of the binary. */
export async function fetchTerraform(toolsDir: string, release = pinnedRelease): Promise<string> {
  const target = join(toolsDir, `terraform-${release.version}`);
  if (existsSync(target)) return target;
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const expected = release.sha256[platform];
  if (!expected)
    throw new Error(
      `fetching Terraform: no checksum for ${platform}; install it and set TERRAFORM_BINARY_PATH`,
    );
  const url = `${release.baseUrl}/${release.version}/terraform_${release.version}_${platform}.zip`;
  console.error(`Fetching Terraform ${release.version} (once)…`);
  const archive = await download(url);
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== expected)
    throw new Error(
      `fetching Terraform: ${url} has SHA-256 ${actual}, expected ${expected}; nothing was installed`,
    );
  const binary = unzipSync(archive, { filter: (file) => file.name === 'terraform' }).terraform;
  if (!binary) throw new Error(`fetching Terraform: ${url} holds no file named terraform`);
  await mkdir(toolsDir, { recursive: true });
  await writeFile(`${target}.new`, binary);
  await chmod(`${target}.new`, 0o755);
  await rename(`${target}.new`, target);
  return target;
}

async function download(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const reason =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error;
    throw new Error(
      `fetching Terraform: ${url} can't be read (${reason}); install terraform or tofu, or set TERRAFORM_BINARY_PATH`,
    );
  }
}
