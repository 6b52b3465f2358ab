import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { connect } from '../../connection.ts';

export function backupCommand(): Command {
  return new Command('backup')
    .argument('<file>', 'the archive to write, for example engine.tar.gz')
    .action(async (file: string, _options, command: Command) => {
      const { client, json } = connect(command);
      const answer = await client.backup();
      const partial = `${file}.part`;
      try {
        await pipeline(Readable.fromWeb(answer.body), createWriteStream(partial, { mode: 0o600 }));
        await rename(partial, file);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
      const { size } = await stat(file);
      console.log(json ? JSON.stringify({ file, bytes: size }) : `Wrote ${size} bytes to ${file}`);
    });
}
