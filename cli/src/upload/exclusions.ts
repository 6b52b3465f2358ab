import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/**
 * What .terraformignore at the root and .gitignore in any folder leave out. Of several .gitignore files the innermost that
 * names a path counts, as in Git.
 */
export class Exclusions {
  readonly #root: string;
  readonly #terraform: Ignore;
  /** Folder → its own rules; `''` is the root. */
  readonly #git = new Map<string, Ignore>();

  private constructor(root: string, terraform: Ignore) {
    this.#root = root;
    this.#terraform = terraform;
  }

  static async create(root: string): Promise<Exclusions> {
    return new Exclusions(root, ignore().add(await readRules(join(root, '.terraformignore'))));
  }

  /** Reads a folder's own rules; call it before its entries are asked for. */
  async enter(folder: string): Promise<void> {
    const rules = await readRules(join(this.#root, folder, '.gitignore'));
    if (rules !== '') this.#git.set(folder, ignore().add(rules));
  }

  /** `path` is relative to the root; a folder ends in `/`. */
  excludes(path: string): boolean {
    if (this.#terraform.ignores(path)) return true;
    const verdicts = [...this.#git]
      .filter(([folder]) => folder === '' || path.startsWith(`${folder}/`))
      .toSorted(([left], [right]) => right.length - left.length)
      .map(([folder, rules]) => rules.test(folder === '' ? path : path.slice(folder.length + 1)));
    return verdicts.find(({ ignored, unignored }) => ignored || unignored)?.ignored ?? false;
  }
}

async function readRules(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
