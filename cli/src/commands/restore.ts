import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { connect } from '../connection.ts';

export function restoreCommand(): Command {
  return new Command('restore')
    .description('upload a backup; the engine restores it at its next start')
    .argument('<file>', 'an archive written by the backup command')
    .action(async (file: string, _options, command: Command) => {
      const connection = connect(command);
      const archive = await readFile(file).catch((error) => {
        throw new CliError(
          `reading ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
        );
      });
      const answer = await connection.request('POST', '/api/admin/restore', {
        body: new Uint8Array(archive),
        type: 'application/gzip',
      });
      const restored = (await answer.json()) as { message: string; bytes: number };
      console.log(connection.json ? JSON.stringify(restored) : restored.message);
    });
}
