import { realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { createMcpServer, type FolderReader, Repetitions } from '@deployment-engine/mcp';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { Command } from 'commander';
import { connect } from '../connection.ts';
import { CliError, UsageError } from '../exit-code.ts';
import { readProjectFolder } from '../upload/project-folder.ts';
import { readRepository } from '../upload/repository-folder.ts';

export function mcpCommand(): Command {
  return new Command('mcp')
    .option('--root <folder>', 'agents may read folders inside this one', '.')
    .action(async ({ root }: { root: string }, command: Command) => {
      const { client } = connect(command);
      const folders = folderReader(await rootFolder(root));
      const repetitions = new Repetitions();
      const handle = serveStdio(() => createMcpServer({ client, caller: 'stdio', repetitions, folders }));
      console.error('The MCP server waits for an agent on standard input; see docs/mcp.md.');
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void handle.close());
    });
}

async function rootFolder(root: string): Promise<string> {
  const found = await stat(root).catch(() => undefined);
  if (!found?.isDirectory())
    throw new UsageError(
      `serving tools for an agent: --root ${root} is no folder; name one that it may read`,
    );
  return realpath(root);
}

/** Reads folders inside of `root` only: an agent that was talked into it must not send others. */
function folderReader(root: string): FolderReader {
  return {
    project: async (folder) => (await readProjectFolder(await inside(root, folder))).files,
    repository: async (folder) => readRepository(await inside(root, folder)),
  };
}

async function inside(root: string, folder: string): Promise<string> {
  const real = await realpath(resolve(root, folder)).catch(() => {
    throw new CliError(`reading ${folder}: there is no such folder in ${root}`);
  });
  const within = relative(root, real);
  if (within === '..' || within.startsWith(`..${sep}`) || resolve(within) === within)
    throw new CliError(
      `reading ${folder}: it is outside of ${root}; start the server with --root to allow it`,
    );
  return real;
}
