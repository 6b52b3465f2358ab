import { compareTexts, type Report } from './errors.ts';
import { parseYaml, type YamlFile } from './tree/parse-yaml.ts';

export type Folder = {
  /** Relative to the repository's root. */
  path: string;
  /** Names, sorted. */
  files: string[];
  folders: Map<string, Folder>;
};

/** The uploaded tree: its folders, and its files parsed once. */
export class Repository {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #root: Folder;
  readonly #parsed = new Map<string, YamlFile>();
  readonly #report: Report;
  readonly #used = new Set<string>();

  /** `texts` is path → text. */
  constructor(texts: ReadonlyMap<string, string>, report: Report) {
    this.#texts = texts;
    this.#report = report;
    this.#root = foldersOf([...texts.keys()].sort(compareTexts));
  }

  folder(path: string): Folder | undefined {
    let current: Folder | undefined = this.#root;
    for (const name of path.split('/')) current = current?.folders.get(name);
    return current;
  }

  has(path: string): boolean {
    return this.#texts.has(path);
  }

  text(path: string): string | undefined {
    this.#used.add(path);
    return this.#texts.get(path);
  }

  yaml(path: string): YamlFile {
    const known = this.#parsed.get(path);
    if (known) return known;
    const parsed = parseYaml(path, this.text(path) ?? '', this.#report);
    this.#parsed.set(path, parsed);
    return parsed;
  }

  isUsed(path: string): boolean {
    return this.#used.has(path);
  }

  /** Marks a file as read, though its content does not matter. */
  use(path: string): void {
    this.#used.add(path);
  }
}

/** Returns the path of a YAML file in the folder by its name without extension. */
export function yamlNamed(folder: Folder | undefined, name: string): string | undefined {
  const file = folder?.files.find((candidate) => candidate === `${name}.yaml` || candidate === `${name}.yml`);
  return file === undefined ? undefined : `${folder?.path}/${file}`;
}

/** Returns the paths of all YAML files directly in the folder. */
export function yamlFilesIn(folder: Folder | undefined): string[] {
  return (folder?.files ?? [])
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `${folder?.path}/${name}`);
}

/** Returns the paths of all files in the folder and below. */
export function filesBelow(folder: Folder): string[] {
  const own = folder.files.map((name) => `${folder.path}/${name}`);
  return [...own, ...[...folder.folders.values()].flatMap(filesBelow)].sort(compareTexts);
}

function foldersOf(paths: string[]): Folder {
  const root: Folder = { path: '', files: [], folders: new Map() };
  for (const path of paths) {
    const names = path.split('/');
    const file = names.pop() ?? '';
    let current = root;
    for (const name of names) {
      const inner = current.folders.get(name) ?? {
        path: current === root ? name : `${current.path}/${name}`,
        files: [],
        folders: new Map(),
      };
      current.folders.set(name, inner);
      current = inner;
    }
    current.files.push(file);
  }
  return root;
}

/** Resolves a path that a file names, relative to that file's folder. */
export function relativeTo(file: string, path: string): string {
  const names = file.split('/').slice(0, -1);
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '.' && name !== '') names.push(name);
  }
  return names.join('/');
}
