import { text as readAll } from 'node:stream/consumers';
import { credentialNames, type ProjectSecrets } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { type Connection, connect } from '../connection.ts';

export function secretsCommand(): Command {
  return new Command('secrets')
    .description("a project's secret variables and credentials; values are never shown")
    .addCommand(listCommand())
    .addCommand(setCommand())
    .addCommand(removeCommand())
    .addCommand(rotateCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('list names, with who set them and when')
    .argument('<projectId>')
    .action(async (projectId: string, _options, command: Command) => {
      const connection = connect(command);
      await print(connection, await connection.request('GET', path(projectId)));
    });
}

function setCommand(): Command {
  return new Command('set')
    .description('set a value from standard input, which is in no process list and no shell history')
    .argument('<projectId>')
    .argument('<name>', 'an input variable of the code, or a credential such as AWS_SECRET_ACCESS_KEY')
    .action(async (projectId: string, name: string, _options, command: Command) => {
      const value = (await readAll(process.stdin)).replace(/\r?\n$/, '');
      if (value === '')
        throw new CliError(
          `setting ${name}: standard input is empty; for example: deployer secrets set ${projectId} ${name} < file`,
        );
      await change(connect(command), projectId, name, value);
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a value')
    .argument('<projectId>')
    .argument('<name>')
    .action((projectId: string, name: string, _options, command: Command) =>
      change(connect(command), projectId, name, null),
    );
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description("seal a project's secrets with a new data key; needs an admin")
    .argument('<projectId>')
    .action(async (projectId: string, _options, command: Command) => {
      const connection = connect(command);
      await print(connection, await send(connection, 'POST', `${path(projectId)}/rotate`, {}));
    });
}

async function change(connection: Connection, projectId: string, name: string, value: string | null) {
  const kind = credentialNames.some((known) => known === name) ? 'credentials' : 'variables';
  const body = { [kind]: { [name]: value } };
  await print(connection, await send(connection, 'PUT', `${path(projectId)}/${kind}`, body));
}

function send(connection: Connection, method: string, to: string, body: unknown): Promise<Response> {
  return connection.request(method, to, {
    body: new TextEncoder().encode(JSON.stringify(body)),
    type: 'application/json',
  });
}

function path(projectId: string): string {
  return `/api/deploy/secrets/${encodeURIComponent(projectId)}`;
}

async function print(connection: Connection, response: Response): Promise<void> {
  const answer = (await response.json()) as ProjectSecrets;
  if (connection.json) return console.log(JSON.stringify(answer));
  const lines = [...answer.variables, ...answer.credentials].map(
    ({ name, updatedAt, updatedBy }) => `  ${name}  set ${updatedAt} by ${updatedBy}`,
  );
  if (answer.webIdentity) lines.push(`  role ${answer.webIdentity.roleArn} as ${answer.webIdentitySubject}`);
  console.log([`${answer.projectId}: ${answer.message}`, ...lines].join('\n'));
}
