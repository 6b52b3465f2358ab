import { readFile } from 'node:fs/promises';
import { type Key, roles } from '@deployment-engine/contracts';
import { Command, Option } from 'commander';
import { connect } from '../../connection.ts';
import { CliError, UsageError } from '../../exit-code.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

type CreateOptions = LimitOptions & {
  role: Key['role'];
  projects: string;
  expiresInDays: string;
  blastRadius?: string;
};
type LimitOptions = {
  allowedKinds?: string;
  repositoryKinds?: boolean;
  maxStacks?: string;
  maxServices?: string;
  maxComponents?: string;
};

function createCommand(): Command {
  return new Command('create')
    .description('create a key and print it; it is never shown again')
    .argument('<name>', 'the person or program that uses it')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option(
      '--projects <patterns>',
      'projects it may access, separated by commas; * matches any characters',
      '*',
    )
    .option('--expires-in-days <days>', 'at most 366', '90')
    .option('--blast-radius <file>', 'JSON file with limits on every plan that the key requests')
    .option('--allowed-kinds <kinds>', 'the only kinds of components, separated by commas')
    .option('--repository-kinds', 'allow kinds of the repository too')
    .option(
      '--max-stacks <count>',
      'stacks that it may have; with a limit like these, it deploys stacks only',
    )
    .option('--max-services <count>', 'services of a stack in an environment')
    .option('--max-components <count>', 'components of a stack in an environment')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { client, json } = connect(command);
      const body = {
        name,
        role: options.role,
        projects: listOf(options.projects),
        stackLimits: stackLimitsOf(options),
        expiresInDays: Number(options.expiresInDays),
        ...(options.blastRadius ? { blastRadius: await readJson(options.blastRadius) } : {}),
      };
      const made = await client.createKey({ body });
      console.log(json ? JSON.stringify(made) : made.key);
    });
}

/** Returns `null` if no limit is given. */
function stackLimitsOf(options: LimitOptions): Partial<NonNullable<Key['stackLimits']>> | null {
  const { allowedKinds, repositoryKinds, maxStacks, maxServices, maxComponents } = options;
  const numbers = Object.entries({ maxStacks, maxServices, maxComponents }).filter(
    ([, count]) => count !== undefined,
  );
  if (repositoryKinds && allowedKinds === undefined)
    throw new UsageError('creating a key: --repository-kinds needs --allowed-kinds');
  if (allowedKinds === undefined && numbers.length === 0) return null;
  return {
    ...(allowedKinds === undefined ? {} : { allowedKinds: listOf(allowedKinds) }),
    ...(repositoryKinds ? { repositoryKinds } : {}),
    ...Object.fromEntries(numbers.map(([name, count]) => [name, Number(count)])),
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function listCommand(): Command {
  return new Command('list')
    .description('list keys, newest first, without their secrets')
    .action(async (_options, command: Command) => {
      const { client, json } = connect(command);
      const { keys } = await client.keys();
      console.log(json ? JSON.stringify(keys) : keys.map(line).join('\n'));
    });
}

function line(key: Key): string {
  const { id, name, role, projects, expiresAt, lastUsedAt, revokedAt, madeWhileOpen } = key;
  const state = revokedAt
    ? `revoked ${revokedAt}`
    : `${expiresAt ? `expires ${expiresAt}` : 'never expires'}, ${lastUsedAt ? `last used ${lastUsedAt}` : 'never used'}`;
  const mark = madeWhileOpen ? ', MADE WHILE OPEN' : '';
  return `${id}  ${role.padEnd(8)}  ${projects.join(',')}  ${name}: ${state}${mark}${limitsText(key)}`;
}

function limitsText({ stackLimits }: Key): string {
  if (!stackLimits) return '';
  const { allowedKinds, repositoryKinds, maxStacks, maxServices, maxComponents } = stackLimits;
  const kinds =
    allowedKinds &&
    `${allowedKinds.join(',') || 'no kinds'}${repositoryKinds ? ' and those of the repository' : ''}`;
  const most = (count: number | null, what: string) => (count === null ? [] : [`at most ${count} ${what}`]);
  const parts = [
    ...(kinds === null ? [] : [`only ${kinds}`]),
    ...most(maxStacks, 'stacks'),
    ...most(maxServices, 'services'),
    ...most(maxComponents, 'components'),
  ];
  return `; stacks: ${parts.join(', ') || 'no limits'}`;
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key permanently')
    .argument('[id]', 'its id, from keys list')
    .option('--made-while-open', 'every key that was made while the engine required no credentials')
    .action(async (id: string | undefined, options: { madeWhileOpen?: boolean }, command: Command) => {
      const { client, json } = connect(command);
      if ((id === undefined) !== (options.madeWhileOpen === true))
        throw new UsageError('revoking keys: give either an id or --made-while-open');
      if (id === undefined) {
        const { revoked, message } = await client.revokeOpenKeys();
        return console.log(json ? JSON.stringify(revoked) : message);
      }
      const key = await client.revokeKey({ params: { keyId: id } });
      console.log(json ? JSON.stringify(key) : `Revoked ${key.id} (${key.name})`);
    });
}

async function readJson(path: string): Promise<Key['blastRadius']> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CliError(`reading ${path}: ${(error as Error).message}`);
  }
}
