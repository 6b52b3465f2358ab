import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from '@deployment-engine/client';
import type { stateVersionSchema } from '@deployment-engine/contracts';
import { Command } from 'commander';
import type { z } from 'zod';
import { connect } from '../../connection.ts';
import { CliError, UsageError } from '../../exit-code.ts';
import { ownCommand } from '../../messages/own-command.ts';
import { positive } from '../../stack/conduct-options.ts';
import { targetProject } from '../../stack/target-project.ts';
import { type TargetOptions, withProjectArgument, withTarget } from '../../target.ts';
import { note } from '../../terminal/output-mode.ts';
import { ask, isInteractive } from '../../terminal/prompt.ts';
import { counted, table } from '../../text/printable.ts';
import { stateDiffText } from '../../text/state-diff-text.ts';
import { restoreSnapshot } from './snapshots.ts';

type StateVersion = z.infer<typeof stateVersionSchema>;

const newest = 50;
const versionText = 'number of the version, from state versions';

export function versionsCommand(): Command {
  return withProjectArgument(new Command('versions'))
    .description('list stored versions of the state of a project or component, newest first')
    .action(async (_project: unknown, options: TargetOptions, command: Command) => {
      const { client, json } = connect(command);
      const projectId = await targetProject(client, options);
      const page = await client.stateVersions({ params: { projectId }, query: { limit: newest } });
      if (json) return console.log(JSON.stringify(page));
      console.log(page.versions.length > 0 ? versionTable(page.versions) : `${projectId}: no state yet`);
      if (page.nextCursor !== null) note(`only the newest ${newest}`);
    });
}

function versionTable(versions: StateVersion[]): string {
  const rows = versions.map(({ id, serial, resources, bytes, jobId, createdAt }) => [
    String(id),
    String(serial),
    String(resources),
    String(bytes),
    jobId,
    createdAt,
  ]);
  return table([['VERSION', 'SERIAL', 'RESOURCES', 'BYTES', 'JOB', 'CREATED'], ...rows]);
}

export function diffCommand(): Command {
  return withTarget(new Command('diff'))
    .description(
      'show resources added, removed and changed between two versions; without them, the newest two',
    )
    .argument('[from]', versionText, positive)
    .argument('[to]', 'the later version; else the newest', positive)
    .action(
      async (from: number | undefined, to: number | undefined, options: TargetOptions, command: Command) => {
        const { client, json } = connect(command);
        const projectId = await targetProject(client, options);
        const query = from && to ? { from, to } : await newestPair(client, projectId, from);
        const difference = await client.diffStates({ params: { projectId }, query });
        console.log(json ? JSON.stringify(difference) : stateDiffText(difference));
      },
    );
}

async function newestPair(client: Client, projectId: string, from: number | undefined) {
  const { versions } = await client.stateVersions({ params: { projectId }, query: { limit: 2 } });
  const [last, before] = versions;
  const first = from ?? before?.id;
  if (!last || first === undefined)
    throw new CliError(
      `comparing states of ${projectId}: it has ${counted(versions.length, 'version')}, and two are needed; each change that is deployed makes one`,
    );
  return { from: first, to: last.id };
}

export function pullCommand(): Command {
  return withTarget(new Command('pull'))
    .description('print a version of the state as Terraform wrote it, secrets included; needs an admin')
    .argument('[version]', `${versionText}; else the newest`, positive)
    .action(async (version: number | undefined, options: TargetOptions, command: Command) => {
      const { client } = connect(command);
      const projectId = await targetProject(client, options);
      const answer = await client.downloadState({
        params: { projectId, version: version ?? (await newestVersion(client, projectId)) },
      });
      await pipeline(Readable.fromWeb(answer.body), process.stdout, { end: false });
    });
}

async function newestVersion(client: Client, projectId: string): Promise<number> {
  const { versions } = await client.stateVersions({ params: { projectId }, query: { limit: 1 } });
  const [version] = versions;
  if (!version) throw new CliError(`reading the state of ${projectId}: it has none yet; deploy it first`);
  return version.id;
}

type RestoreOptions = TargetOptions & { snapshot?: string; at?: string; force?: boolean };

export function restoreCommand(): Command {
  return withTarget(new Command('restore'))
    .description('make an earlier version of the state the newest one; no object is changed; needs an admin')
    .argument('[version]', `${versionText}, for a project or a component`, positive)
    .option('--snapshot <id>', 'all states of a stack, service or component: from state snapshots')
    .option('--at <time>', 'the same, of a time in ISO 8601, for example 2030-01-31T00:00:00Z')
    .option('--force', 'do not ask')
    .action(async (version: number | undefined, options: RestoreOptions, command: Command) => {
      const connection = connect(command);
      const { client, json } = connection;
      if ([version, options.snapshot, options.at].filter((given) => given !== undefined).length !== 1)
        throw new UsageError('restoring a state: give one of a version, --snapshot and --at');
      if (version === undefined) {
        if (!options.force) await confirm('states of the stack', options.snapshot ?? options.at ?? '');
        return restoreSnapshot(connection, options);
      }
      const projectId = await targetProject(client, options);
      if (!options.force) await confirm(projectId, version);
      const answer = await client.restoreState({ params: { projectId, version }, body: {} });
      console.log(json ? JSON.stringify(answer) : `${projectId}: ${answer.message}`);
    });
}

/** Objects that were made since then would be unknown to Terraform. */
async function confirm(what: string, version: number | string): Promise<void> {
  const activity = `restoring ${what} to ${version}`;
  if (!isInteractive())
    throw new UsageError(`${activity}: look at ${ownCommand('state diff')} first, then add --force`);
  const answer = await ask(
    `Objects made since version ${version} would be unknown. Restore it? Only "yes" is accepted: `,
  );
  if (answer !== 'yes') throw new CliError(`${activity}: not confirmed; nothing was changed`);
}
