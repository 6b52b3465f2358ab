import { text as readAll } from 'node:stream/consumers';
import type { Client } from '@deployment-engine/client';
import { credentialNames, type ProjectSecrets } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { connect } from '../../connection.ts';
import { UsageError } from '../../exit-code.ts';
import { ownCommand } from '../../messages/own-command.ts';
import { requireProject } from '../../project/require-project.ts';

export function secretsCommand(): Command {
  return new Command('secrets')
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
      const { client, json } = connect(command);
      print(json, await readSecrets(client, projectId));
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
        throw new UsageError(
          `setting ${name}: standard input is empty; for example: ${ownCommand(`secrets set ${projectId} ${name}`)} < file`,
        );
      const { client, json } = connect(command);
      print(json, await change(client, projectId, name, value));
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a value')
    .argument('<projectId>')
    .argument('<name>')
    .action(async (projectId: string, name: string, _options, command: Command) => {
      const { client, json } = connect(command);
      await readSecrets(client, projectId);
      print(json, await change(client, projectId, name, null));
    });
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description("seal a project's secrets with a new data key; needs an admin")
    .argument('<projectId>')
    .action(async (projectId: string, _options, command: Command) => {
      const { client, json } = connect(command);
      await readSecrets(client, projectId);
      print(json, await client.rotateSecrets({ params: { projectId } }));
    });
}

/** Secrets may be set before a project is deployed. Throws `project_not_found` if there is neither. */
async function readSecrets(client: Client, projectId: string): Promise<ProjectSecrets> {
  const answer = await client.secrets({ params: { projectId } });
  const isEmpty = answer.variables.length + answer.credentials.length === 0 && !answer.webIdentity;
  if (isEmpty) await requireProject(client, projectId);
  return answer;
}

function change(
  client: Client,
  projectId: string,
  name: string,
  value: string | null,
): Promise<ProjectSecrets> {
  const params = { projectId };
  const credential = credentialNames.find((known) => known === name);
  return credential
    ? client.setCredentials({ params, body: { credentials: { [credential]: value } } })
    : client.setSecretVariables({ params, body: { variables: { [name]: value } } });
}

function print(json: boolean, answer: ProjectSecrets): void {
  if (json) return void console.log(JSON.stringify(answer));
  const lines = [...answer.variables, ...answer.credentials].map(
    ({ name, updatedAt, updatedBy }) => `  ${name}  set ${updatedAt} by ${updatedBy}`,
  );
  if (answer.webIdentity) lines.push(`  role ${answer.webIdentity.roleArn} as ${answer.webIdentitySubject}`);
  console.log([`${answer.projectId}: ${answer.message}`, ...lines].join('\n'));
}
