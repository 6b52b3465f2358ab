import { basename, resolve } from 'node:path';
import type { CheckedKind } from '@deployment-engine/stacks';
import { Command } from 'commander';
import { isJson } from '../../connection.ts';
import { CliError } from '../../exit-code.ts';
import { readRepository } from '../../upload/repository-folder.ts';

/** Checks kinds on this machine: no engine is asked, and no Terraform runs. */
export function kindsCheckCommand(): Command {
  return new Command('check')
    .description('check a folder of own kinds, or one kind, without an engine')
    .argument('<folder>')
    .action(async (folder: string, _options, command: Command) => {
      const kinds = await check(folder);
      console.log(isJson(command) ? JSON.stringify({ kinds }) : kinds.flatMap(linesOf).join('\n'));
      if (kinds.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
    });
}

async function check(folder: string): Promise<CheckedKind[]> {
  const { checkKinds, readKinds } = await import('@deployment-engine/stacks'); // only this command needs it
  const upload = await readRepository(folder);
  const texts = Object.entries(upload.files).flatMap(([path, content]): [string, string][] =>
    typeof content === 'string' ? [[path, content]] : [],
  );
  const files = new Map(texts);
  const infra = files.get('infra.schema.json') ?? (await builtInInfraSchema());
  const catalog = readKinds(new Map([['infra.schema.json', infra]]));
  const kinds = checkKinds(basename(resolve(folder)), files, catalog);
  if (kinds.length === 0)
    throw new CliError(`checking ${folder}: no kind.yaml is in it or its subfolders; name a folder of kinds`);
  return kinds;
}

async function builtInInfraSchema(): Promise<string> {
  const infra = await import('../../../../kinds/infra.schema.json', { with: { type: 'json' } });
  return JSON.stringify(infra.default);
}

function linesOf({ kind, problems }: CheckedKind): string[] {
  if (problems.length === 0) return [`${kind}: nothing wrong`];
  return problems.map(
    ({ file, line, message }) => `${kind}: ${file}${line === undefined ? '' : `:${line}`}: ${message}`,
  );
}
