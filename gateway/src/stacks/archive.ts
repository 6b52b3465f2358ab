import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import {
  emptyFoldersSchema,
  type FileContent,
  maxRepositoryBytes,
  maxRepositoryFiles,
  type RepositoryFiles,
  repositoryFilesSchema,
} from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { unzipSync } from 'fflate';
import { type Extract, extract } from 'tar-stream';

type Entry = Extract extends AsyncIterable<infer Item> ? Item : never;

/** An archive may have hidden files, which are left out, but not any number of bytes of them. */
const maxUnpackedBytes = 8 * maxRepositoryBytes;
const maxEntries = 10 * maxRepositoryFiles;

export type Unpacked = { files: RepositoryFiles; folders: string[] };
type Given = {
  files?: RepositoryFiles | undefined;
  folders?: string[] | undefined;
  archive?: string | undefined;
};

/** Returns a request with the files and folders of its archive, if it has one. Throws `invalid_request`. */
export async function withoutArchive<Request extends Given>(request: Request): Promise<Request> {
  if (request.archive === undefined) return request;
  const { archive, ...rest } = request;
  return { ...rest, ...(await unpackRepository(Buffer.from(archive, 'base64'))) } as Request;
}

/** Unpacks a tar.gz or zip archive in memory. Nothing is written, so no path can lead out of it. */
export async function unpackRepository(bytes: Uint8Array): Promise<Unpacked> {
  const tree = new Tree();
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) await readTar(bytes, tree);
  else if (bytes[0] === 0x50 && bytes[1] === 0x4b) readZip(bytes, tree);
  else throw refused('it is neither a tar.gz nor a zip archive');
  return tree.repository();
}

/** What an archive holds, without hidden files. */
class Tree {
  readonly #files = new Map<string, FileContent>();
  readonly #folders = new Set<string>();
  #bytes = 0;
  #entries = 0;

  /** Returns the entry's path, or `undefined` if it is left out. */
  enter(name: string): string | undefined {
    this.#entries += 1;
    if (this.#entries > maxEntries) throw refused(`it has more than ${maxEntries} entries`);
    const path = name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
    const isHidden = path.split('/').some((part) => part.startsWith('.') && part !== '..' && part !== '.');
    return path === '' || path === '.' || isHidden ? undefined : path;
  }

  /** Counts a file before it is unpacked. */
  reserve(path: string, bytes: number): void {
    if (this.#files.has(path)) throw refused(`${shown(path)} is in it twice`);
    if (this.#files.size >= maxRepositoryFiles) throw refused(`it has more than ${maxRepositoryFiles} files`);
    this.#bytes += bytes;
    if (this.#bytes > maxRepositoryBytes)
      throw refused(`its files have more than ${maxRepositoryBytes} bytes`);
  }

  file(path: string, content: Uint8Array): void {
    this.#files.set(path, { base64: Buffer.from(content).toString('base64') });
  }

  folder(path: string): void {
    this.#folders.add(path);
  }

  /** Judges the paths as those of any other upload. A folder counts if it has nothing that is shown. */
  repository(): Unpacked {
    const paths = [...this.#files.keys(), ...this.#folders];
    const folders = [...this.#folders].filter(
      (folder) => !paths.some((path) => path.startsWith(`${folder}/`)),
    );
    return {
      files: repositoryFilesSchema.parse(Object.fromEntries(this.#files)),
      folders: emptyFoldersSchema.parse(folders),
    };
  }
}

async function readTar(bytes: Uint8Array, tree: Tree): Promise<void> {
  const gunzip = Readable.from([bytes]).pipe(createGunzip());
  const entries = extract();
  let unpacked = 0;
  gunzip.on('data', (chunk: Buffer) => {
    unpacked += chunk.length;
    if (unpacked > maxUnpackedBytes)
      gunzip.destroy(refused(`it unpacks to more than ${maxUnpackedBytes} bytes`));
  });
  gunzip.on('error', (error) => entries.destroy(error));
  gunzip.pipe(entries);
  try {
    for await (const entry of entries) await readEntry(entry, tree);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw refused('it is not a complete tar.gz archive');
  } finally {
    gunzip.destroy();
  }
}

async function readEntry(entry: Entry, tree: Tree): Promise<void> {
  const { name, type, size = 0 } = entry.header;
  const path = tree.enter(name);
  if (path !== undefined && type === 'directory') tree.folder(path);
  else if (path !== undefined && type === 'file') {
    tree.reserve(path, size);
    return tree.file(path, await buffer(entry));
  } else if (path !== undefined)
    throw refused(`${shown(path)} is a ${type}; only files and folders are accepted`);
  entry.resume();
}

/**
 * `fflate` unpacks a compressed entry into as many bytes as it says, and copies a stored one as long as it is packed: several
 * entries may name the same bytes. So the larger of the two counts.
 */
function readZip(bytes: Uint8Array, tree: Tree): void {
  const paths = new Map<string, string>();
  try {
    const unpacked = unzipSync(bytes, {
      filter: ({ name, size, originalSize, compression }) => {
        const path = tree.enter(name);
        if (path === undefined) return false;
        if (name.endsWith('/')) {
          tree.folder(path);
          return false;
        }
        if (compression === 0 && size !== originalSize)
          throw refused(`${shown(path)} is stored with another size than it has`);
        tree.reserve(path, Math.max(size, originalSize));
        if (paths.has(name)) throw refused(`${shown(path)} is in it twice`);
        paths.set(name, path);
        return true;
      },
    });
    for (const [name, content] of Object.entries(unpacked)) tree.file(paths.get(name) ?? name, content);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw refused('it is not a complete zip archive');
  }
}

function shown(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}

function refused(detail: string): DomainError {
  return new DomainError('invalid_request', 'the request is not valid', {
    fields: [{ pointer: '/archive', detail }],
  });
}
