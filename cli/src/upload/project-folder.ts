import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import {
  type FileContent,
  type Files,
  lockFileName,
  maxCodeBytes,
  maxFiles,
  pathProblem,
} from '@deployment-engine/contracts';
import { CliError } from '../exit-code.ts';
import { settingsFile } from '../settings/project-file.ts';
import { contentOf } from './content.ts';
import { Exclusions } from './exclusions.ts';
import { listFolder } from './list-folder.ts';

export type ProjectUpload = {
  files: Files;
  bytes: number;
  /** Paths that are not sent, without what .gitignore and .terraformignore name; a folder ends in `/`. */
  leftOut: string[];
  /** How many files and folders .gitignore and .terraformignore leave out. */
  ignored: number;
};

/** Never of use to the engine, so not worth a word. */
const silent = ['.git', '.terraformignore', settingsFile];

/**
 * Reads a folder of Terraform code. Leaves out what .terraformignore and .gitignore name, and what the engine keeps itself
 * or does not accept: .terraform, state files, hidden files. The lock file is always sent. Throws `CliError` for a link that
 * leads out of the folder, and beyond the engine's limits.
 */
export async function readProjectFolder(folder: string): Promise<ProjectUpload> {
  const root = resolve(folder);
  const upload: ProjectUpload = { files: {}, bytes: 0, leftOut: [], ignored: 0 };
  const exclusions = await Exclusions.create(root);
  await readInto(upload, { root, real: await realFolder(folder), exclusions }, '', []);
  if (!Object.keys(upload.files).some((path) => /^[^/]+\.tf(\.json)?$/.test(path)))
    throw await withoutCode(folder, upload);
  return upload;
}

async function withoutCode(folder: string, { files, leftOut, ignored }: ProjectUpload): Promise<CliError> {
  const error = (text: string) => new CliError(`reading ${folder}: ${text}`);
  const stacks = await stat(join(folder, 'stacks')).catch(() => undefined);
  if (stacks?.isDirectory())
    return error('it is a deployment repository; name the environment with --environment');
  const below = Object.keys(files).find((path) => /\.tf(\.json)?$/.test(path));
  if (below !== undefined)
    return error(`its code is in subfolders; name one of them, for example ${join(folder, dirname(below))}`);
  if (Object.keys(files).length + leftOut.length + ignored === 0)
    return error('the folder is empty; write main.tf, or name the folder of the Terraform code');
  const hidden = ignored > 0 ? ' that .gitignore and .terraformignore do not name' : '';
  return error(`it has no .tf or .tf.json file${hidden}; name the folder of the Terraform code`);
}

type Place = { root: string; real: string; exclusions: Exclusions };

async function readInto(upload: ProjectUpload, place: Place, path: string, above: string[]): Promise<void> {
  const { root, exclusions } = place;
  const real = await realpath(join(root, path));
  if (above.includes(real))
    throw new CliError(`reading ${root}: the link ${path} leads to a folder above it; remove it`);
  await exclusions.enter(path);
  for (const { name, isLink } of await listFolder(join(root, path))) {
    const inner = path === '' ? name : `${path}/${name}`;
    if (silent.includes(inner) || name === '.gitignore') continue;
    const isFolder = !isLink && (await stat(join(root, inner))).isDirectory();
    if (leaveOut(upload, exclusions, isFolder ? `${inner}/` : inner)) continue;
    if (isLink) await requireInside(place, inner);
    const facts = await stat(join(root, inner));
    if (facts.isDirectory()) await readInto(upload, place, inner, [...above, real]);
    else if (facts.isFile()) await addFile(upload, root, inner, facts.size);
  }
}

/** Notes what is not sent. For a link only its own name counts, wherever it leads. */
function leaveOut(upload: ProjectUpload, exclusions: Exclusions, path: string): boolean {
  if (path === lockFileName) return false;
  if (exclusions.excludes(path)) {
    upload.ignored += 1;
    return true;
  }
  if (pathProblem(path.replace(/\/$/, '')) === undefined) return false;
  upload.leftOut.push(path);
  return true;
}

async function addFile(upload: ProjectUpload, root: string, path: string, size: number): Promise<void> {
  if (Object.keys(upload.files).length === maxFiles) throw tooLarge(root, `more than ${maxFiles} files`);
  if (upload.bytes + size > maxCodeBytes)
    throw tooLarge(root, `more than ${megabytes(maxCodeBytes)}, with ${path} of ${megabytes(size)}`);
  const content = await readFile(join(root, path));
  upload.bytes += content.length;
  upload.files[path] = contentOf(content) satisfies FileContent;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function tooLarge(root: string, what: string): CliError {
  return new CliError(
    `reading ${root}: ${what}; name the folder of the Terraform code, or list what it does not need in .terraformignore`,
  );
}

/** A link may lead to another place of the folder. One that leads out would send files that nobody expects. */
async function requireInside({ root, real }: Place, path: string): Promise<void> {
  const target = await realpath(join(root, path)).catch(() => {
    throw new CliError(`reading ${root}: the link ${path} leads nowhere; remove it`);
  });
  const within = relative(real, target);
  if (within.startsWith(`..${sep}`) || within === '..' || resolve(within) === within)
    throw new CliError(
      `reading ${root}: the link ${path} leads out of the folder, to ${target}; copy what it needs`,
    );
}

async function realFolder(folder: string): Promise<string> {
  const facts = await stat(folder).catch((error) => {
    throw new CliError(
      `reading ${folder}: ${error.code === 'ENOENT' ? 'there is no such folder' : error.message}`,
    );
  });
  if (!facts.isDirectory())
    throw new CliError(
      `reading ${folder}: it is not a folder; name the folder that it is in, or give one file by - on standard input`,
    );
  return realpath(folder);
}
