import { readFile } from 'node:fs/promises';
import type { CreatedKey, Key } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { connect } from '../connection.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .description('API keys: who may call the engine')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

type CreateOptions = { role: string; projects: string; expiresInDays: string; blastRadius?: string };

function createCommand(): Command {
  return new Command('create')
    .description('create a key and print it; it is never shown again')
    .argument('<name>', 'the person or program that uses it')
    .requiredOption('--role <role>', 'viewer, deployer, approver or admin')
    .option(
      '--projects <patterns>',
      'projects it may access, separated by commas; * matches any characters',
      '*',
    )
    .option('--expires-in-days <days>', 'at most 366', '90')
    .option('--blast-radius <file>', 'JSON file with limits on every plan that the key requests')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const connection = connect(command);
      const request = {
        name,
        role: options.role,
        projects: options.projects.split(',').map((pattern) => pattern.trim()),
        expiresInDays: Number(options.expiresInDays),
        ...(options.blastRadius ? { blastRadius: await readJson(options.blastRadius) } : {}),
      };
      const body = new TextEncoder().encode(JSON.stringify(request));
      const answer = await connection.request('POST', '/api/keys', { body, type: 'application/json' });
      const made = (await answer.json()) as CreatedKey;
      console.log(connection.json ? JSON.stringify(made) : made.key);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list keys, newest first, without their secrets')
    .action(async (_options, command: Command) => {
      const connection = connect(command);
      const { keys } = (await (await connection.request('GET', '/api/keys')).json()) as { keys: Key[] };
      console.log(connection.json ? JSON.stringify(keys) : keys.map(line).join('\n'));
    });
}

function line({ id, name, role, projects, expiresAt, lastUsedAt, revokedAt, madeWhileOpen }: Key): string {
  const state = revokedAt
    ? `revoked ${revokedAt}`
    : `${expiresAt ? `expires ${expiresAt}` : 'never expires'}, ${lastUsedAt ? `last used ${lastUsedAt}` : 'never used'}`;
  const mark = madeWhileOpen ? ', MADE WHILE OPEN' : '';
  return `${id}  ${role.padEnd(8)}  ${projects.join(',')}  ${name}: ${state}${mark}`;
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key permanently')
    .argument('[id]', 'its id, from keys list')
    .option('--made-while-open', 'every key that was made while the engine required no credentials')
    .action(async (id: string | undefined, options: { madeWhileOpen?: boolean }, command: Command) => {
      const connection = connect(command);
      if ((id === undefined) !== (options.madeWhileOpen === true))
        throw new CliError('revoking keys: give either an id or --made-while-open');
      if (id === undefined) {
        const body = new TextEncoder().encode('{}');
        const path = '/api/keys/revoke-made-while-open';
        const all = await connection.request('POST', path, { body, type: 'application/json' });
        const { revoked, message } = (await all.json()) as { revoked: Key[]; message: string };
        return console.log(connection.json ? JSON.stringify(revoked) : message);
      }
      const answer = await connection.request('DELETE', `/api/keys/${encodeURIComponent(id)}`);
      const key = (await answer.json()) as Key;
      console.log(connection.json ? JSON.stringify(key) : `Revoked ${key.id} (${key.name})`);
    });
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CliError(`reading ${path}: ${(error as Error).message}`);
  }
}
