import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TerraformState } from '../state/state-file.ts';

const maxDepth = 8;

/** `aws = { source = "hashicorp/aws" }`, also as JSON. With name and type equal, a source has one name. */
const requirement = /([\w-]+)"?\s*[=:]\s*\{[^{}]*?\bsource"?\s*[=:]\s*"((?:\w[\w.-]*\/){0,2}\w[\w-]*)"/g;

/**
 * Why the code's providers need a process of their own each, or `undefined` where one may be shared.
 *
 * Terraform starts one process per provider *configuration*; a shared process knows only the configuration it was
 * given last, so that with two of them resources would be created in the wrong region or account. Two need an
 * `alias`, a `provider` block in a second module, or two names for one source. The look at the text errs towards
 * "no": a word in a comment costs time, never correctness.
 */
export async function whyNotShared(
  rootModule: string,
  code: string,
  state: TerraformState | undefined,
): Promise<string | undefined> {
  const folders = new Map<string, string[]>();
  for (const root of new Set([code, join(rootModule, '.terraform', 'modules')]))
    await collect(root, folders, 0);
  for (const [folder, texts] of folders) {
    const reason = reasonIn(texts, folder === rootModule);
    if (reason) return reason;
  }
  const configured = new Set(state?.resources.map((resource) => resource.provider));
  if ([...configured].some((address) => /^module\.|\]\./.test(address)))
    return 'the state names a provider configuration with an alias or in a module';
  return undefined;
}

function reasonIn(texts: string[], isRoot: boolean): string | undefined {
  const text = texts.join('\n').replace(/^\s*(#|\/\/).*$/gm, '');
  if (/\balias\b(?!\s*\{)/.test(text)) return 'the code configures a provider under an alias';
  if (!isRoot && /(^|\*\/)\s*"?provider\b(?!\s*=)/m.test(text))
    return 'a module configures a provider itself';
  for (const [, name, source] of text.matchAll(requirement))
    if (source?.split('/').at(-1) !== name) return 'the code gives a provider a name of its own';
  return undefined;
}

async function collect(folder: string, folders: Map<string, string[]>, depth: number): Promise<void> {
  const names = depth > maxDepth ? [] : await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    if (name.startsWith('.') || name.startsWith('~')) continue;
    if ((await lstat(path)).isDirectory()) await collect(path, folders, depth + 1);
    else if (/\.(tf|tofu)(\.json)?$/.test(name)) {
      const text = await readFile(path, 'utf8');
      const plain = name.endsWith('.json') ? normalised(text) : text;
      folders.set(folder, [...(folders.get(folder) ?? []), plain]);
    }
  }
}

/** JSON with one member a line and without escapes that could hide a name. */
function normalised(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return 'alias = unreadable';
  }
}
