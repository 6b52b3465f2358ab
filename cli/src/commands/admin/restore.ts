import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { connect } from '../../connection.ts';
import { CliError } from '../../exit-code.ts';

export function restoreCommand(): Command {
  return new Command('restore')
    .argument('<file>', 'an archive written by the backup command')
    .action(async (file: string, _options, command: Command) => {
      const { client, json } = connect(command);
      const archive = await readFile(file).catch((error) => {
        throw new CliError(
          `reading ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
        );
      });
      const restored = await client.restoreBackup({ body: new Uint8Array(archive) });
      console.log(json ? JSON.stringify(restored) : restored.message);
    });
}
