import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { isJson } from '../connection.ts';

export function versionCommand(): Command {
  return new Command('version').action((_options: unknown, command: Command) => {
    const { version } = manifest;
    const node = process.versions.node;
    console.log(isJson(command) ? JSON.stringify({ version, node }) : `deployer ${version} on Node ${node}`);
  });
}
