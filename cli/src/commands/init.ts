import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { isJson } from '../connection.ts';
import { CliError } from '../exit-code.ts';
import { globalFlag } from '../global-options.ts';
import { ownCommand } from '../messages/own-command.ts';
import { projectName } from '../project/project-name.ts';
import { parseAddress } from '../settings/address.ts';
import { settingsFile } from '../settings/project-file.ts';

export function initCommand(): Command {
  return new Command('init')
    .argument('[dir]', "the project's folder", '.')
    .option('--project <id>', "the project; else DEPLOYER_PROJECT, or the folder's name")
    .action(async (folder: string, options: { project?: string }, command: Command) => {
      const file = join(folder, settingsFile);
      const project = projectName(options.project, folder);
      const given = globalFlag(command, 'url');
      const url = typeof given === 'string' ? parseAddress(given, '--url') : undefined;
      await write(file, url === undefined ? `project: ${project}\n` : `project: ${project}\nurl: ${url}\n`);
      if (isJson(command)) return console.log(JSON.stringify({ written: [file], project }));
      console.log(`wrote ${file}; next: ${await nextStep(folder)}`);
    });
}

async function write(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new CliError(`writing ${file}: it exists already; nothing was changed`);
    if (code === 'ENOENT') throw new CliError(`writing ${file}: there is no such folder; create it first`);
    throw new CliError(`writing ${file}: ${message}`);
  }
}

async function nextStep(folder: string): Promise<string> {
  const hasCode = (await readdir(folder)).some((name) => /\.tf(\.json)?$/.test(name));
  const words = folder === '.' ? '' : ` ${folder}`;
  return hasCode ? ownCommand(`plan${words}`) : `write main.tf, then ${ownCommand(`plan${words}`)}`;
}
