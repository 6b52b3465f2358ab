import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { JobPaths } from './job-paths.ts';

/** Folder inside the project's for the files of a parse run; uploaded names cannot begin with "~". */
export const frameFolder = '~engine_parse';
/** An invalid file: with an error in the root module, Terraform evaluates nothing and loads no module. */
const stopName = '~engine_stop.tf.json';

const endOfTemplate = 'END_OF_ENGINE_TEMPLATE';

/** Maps a frame file to the project's file, and how many lines to subtract from a diagnostic's. */
export type FramedFiles = Map<string, { path: string; linesBefore: number }>;
export type ParseFrame = {
  /** Whether there are files outside the root module. */
  hasMore: boolean;
  values: FramedFiles;
};

/**
 * Lays out a frame that makes Terraform parse all code of a project and do nothing else. The root module
 * cannot load; the other folders and variable files become modules of a second root module that cannot load
 * either.
 */
export async function layOutParseFrame(
  paths: JobPaths,
  rootModule: string,
  files: Map<string, Uint8Array>,
  templates: readonly string[],
): Promise<ParseFrame> {
  await writeFile(join(paths.rootModule, stopName), '{"engine_stop": {"here": {}}}', { mode: 0o644 });
  const frame = join(paths.code, frameFolder);
  const values: FramedFiles = new Map();
  await layOutValues(frame, files, values);
  await layOutTemplates(frame, files, templates, values);
  const folders = [...new Set([...files.keys()].filter(isCode).map((path) => posix.dirname(path)))]
    .filter((folder) => folder !== rootModule)
    .map((folder) => posix.join('..', folder));
  const modules = [...folders, ...[...values.keys()].map((path) => `./${posix.dirname(path)}`)];
  // Modules that count as installed, and one that does not: the configuration never becomes complete.
  const calls = Object.fromEntries(modules.map((folder, index) => [`m${index}`, { source: folder }]));
  const entries = modules.map((folder, index) => ({ Key: `m${index}`, Source: folder, Dir: folder }));
  await write(join(frame, '~modules.tf.json'), { module: { ...calls, stop: { source: './nowhere' } } });
  await write(join(frame, '.terraform', 'modules', 'modules.json'), {
    Modules: [{ Key: '', Source: '', Dir: '.' }, ...entries],
  });
  return { hasMore: modules.length > 0, values };
}

/**
 * Terraform reads variable files only at plan time, which is too late here. An HCL one is parsed as a
 * module's file; a JSON one is put into a property that accepts any names.
 */
async function layOutValues(
  frame: string,
  files: Map<string, Uint8Array>,
  framed: FramedFiles,
): Promise<void> {
  for (const [path, content] of files) {
    const isJson = path.endsWith('.tfvars.json');
    if (!isJson && !path.endsWith('.tfvars')) continue;
    const name = `v${framed.size}/values.tf${isJson ? '.json' : ''}`;
    await writeParts(join(frame, name), isJson ? ['{"locals":\n', content, '\n}'] : [content]);
    framed.set(name, { path, linesBefore: isJson ? 1 : 0 });
  }
}

/** A template is parsed as a heredoc, whose text Terraform reads as soon as it loads the file around it. */
async function layOutTemplates(
  frame: string,
  files: Map<string, Uint8Array>,
  templates: readonly string[],
  framed: FramedFiles,
): Promise<void> {
  for (const path of templates) {
    const content = files.get(path);
    if (!content || Buffer.from(content).includes(endOfTemplate)) continue;
    const name = `v${framed.size}/values.tf`;
    const text = [`locals {\n  text = <<${endOfTemplate}\n`, content, `\n${endOfTemplate}\n}\n`];
    await writeParts(join(frame, name), text);
    framed.set(name, { path, linesBefore: 2 });
  }
}

async function writeParts(path: string, parts: (string | Uint8Array)[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, Buffer.concat(parts.map((part) => Buffer.from(part))), { mode: 0o644 });
}

function isCode(path: string): boolean {
  return path.endsWith('.tf') || path.endsWith('.tf.json');
}

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, JSON.stringify(content), { mode: 0o644 });
}
