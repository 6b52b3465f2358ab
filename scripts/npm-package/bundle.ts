import { join, resolve } from 'node:path';
import { build, type OutputChunk, type Plugin } from 'rolldown';

const root = resolve(import.meta.dirname, '../..');
const inRoot = (path: string) => join(root, path);
const input = {
  main: inRoot('cli/src/main.ts'),
  'parse-worker': inRoot('packages/terraform-code/src/values/parse-worker.ts'),
};
/** What scripts call most, and so starts fastest: the modules of one job's status. */
const ofStatus = [
  'cli/src/commands/status.ts',
  'cli/src/settings/output-settings.ts',
  'packages/contracts/src/job/view.ts',
].map(inRoot);

type Group = { name: string; modules: Set<string> };

/**
 * Writes the command line and all it needs as JavaScript into a folder, split by when it is loaded. To open a file takes a
 * millisecond, so what `--version` loads is one file, and what `status` loads besides is another. Returns the modules.
 */
export async function bundleCommandLine(folder: string): Promise<string[]> {
  const whole = await bundle([]);
  const start = loadedWith(whole, [input.main]);
  start.delete(input.main); // others import from this file, and it waits for them
  const status = loadedWith(whole, ofStatus);
  const groups = [
    { name: 'start', modules: start },
    { name: 'status', modules: new Set([...status].filter((id) => !start.has(id))) },
  ];
  const chunks = await bundle(groups, folder);
  return chunks.flatMap(({ moduleIds }) => moduleIds);
}

async function bundle(groups: Group[], folder?: string): Promise<OutputChunk[]> {
  const { output } = await build({
    input,
    platform: 'node',
    transform: { target: 'node20' },
    treeshake: { moduleSideEffects: (id) => !id.startsWith(inRoot('packages/')) },
    plugins: [oneLocale, workerFile],
    write: folder !== undefined,
    logLevel: 'silent',
    output: {
      ...(folder === undefined ? {} : { dir: folder }),
      format: 'esm',
      minify: true,
      chunkFileNames: '[name]-[hash].js',
      codeSplitting: { groups: groups.map(({ name, modules }) => ({ name, test: (id) => modules.has(id) })) },
    },
  });
  return output.filter((each) => each.type === 'chunk');
}

/** Returns the modules that are loaded with these, and not later on demand. */
function loadedWith(chunks: OutputChunk[], modules: string[]): Set<string> {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const loaded = new Set<OutputChunk>();
  const load = (chunk: OutputChunk | undefined) => {
    if (!chunk || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const name of chunk.imports) load(byName.get(name));
  };
  for (const chunk of chunks) if (chunk.moduleIds.some((id) => modules.includes(id))) load(chunk);
  return new Set([...loaded].flatMap(({ moduleIds }) => moduleIds));
}

/** Messages of zod are English: the other languages are half of it. */
const oneLocale: Plugin = {
  name: 'one-locale',
  load: (id) =>
    /zod\/v4\/locales\/index\.js$/.test(id) ? "export { default as en } from './en.js';" : undefined,
};

/** The worker's file is named by its address, which no bundler follows. */
const workerFile: Plugin = {
  name: 'worker-file',
  transform: (code, id) =>
    id.endsWith('parse-hcl.ts') ? code.replace('./parse-worker.ts', './parse-worker.js') : undefined,
};
