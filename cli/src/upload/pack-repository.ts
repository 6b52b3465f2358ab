import { contentBytes, sizeOf } from '@deployment-engine/contracts';
import type { RepositoryUpload } from './repository-folder.ts';

/** A repository as requests carry it. */
export type SentRepository = RepositoryUpload | { archive: string };

/** From this size on an archive is smaller than what it takes to pack it. Texts shrink to about a fifth. */
const packedFromBytes = 256 * 1024;

/** Packs a repository of many bytes into a zip archive; the engine treats both the same. */
export async function packRepository(upload: RepositoryUpload): Promise<SentRepository> {
  const bytes = Object.values(upload.files).reduce((sum, content) => sum + sizeOf(content), 0);
  if (bytes < packedFromBytes) return upload;
  const { zipSync } = await import('fflate'); // most repositories need no archive
  const files = Object.entries(upload.files).map(([path, content]) => [path, contentBytes(content)]);
  const folders = upload.folders.map((path) => [`${path}/`, new Uint8Array()]);
  const zip = zipSync(Object.fromEntries([...files, ...folders]));
  return { archive: Buffer.from(zip).toString('base64') };
}
