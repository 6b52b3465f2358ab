import type { Client } from '@deployment-engine/client';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { projectName } from '../project/project-name.ts';
import { requireProject } from '../project/require-project.ts';
import { showStack } from '../stack/show.ts';
import { isStack, type TargetOptions, withTarget } from '../target.ts';
import { outputsText } from '../text/outputs-text.ts';
import { printable } from '../text/printable.ts';

type Infrastructure = Awaited<ReturnType<Client['infrastructure']>>;

export function showCommand(): Command {
  return withTarget(new Command('show'))
    .argument('[project]', 'the project')
    .action(async (project: string | undefined, options: TargetOptions, command: Command) => {
      const connection = connect(command);
      if (project === undefined && isStack(options)) return showStack(connection, options);
      await showProject(connection, projectName(project ?? options.project));
    });
}

async function showProject({ client, json }: Connection, projectId: string): Promise<void> {
  const answer = await readInfrastructure(client, projectId);
  if (json) return console.log(JSON.stringify(answer));
  const addresses = await resourceAddresses(answer.terraformState);
  const lines = [
    `${projectId}: ${answer.deploymentStatus}`,
    ...(answer.deploymentJobId ? [`  job        ${answer.deploymentJobId}`] : []),
    ...(answer.lastUpdated ? [`  updated    ${answer.lastUpdated}`] : []),
    ...(answer.destroyAt ? [`  destroyed  at ${answer.destroyAt}`] : []),
    ...(answer.stateUncertain ? [`  uncertain  ${answer.stateUncertain.reason}`] : []),
    ...(addresses.length > 0 ? ['Resources:', ...addresses.map((address) => `  ${address}`)] : []),
    ...(Object.keys(answer.deploymentOutputs).length > 0
      ? [
          'Outputs:',
          ...outputsText(answer.deploymentOutputs)
            .split('\n')
            .map((line) => `  ${line}`),
        ]
      : []),
  ];
  console.log(printable(lines.join('\n')));
}

/** Returns what a project has deployed. Throws `project_not_found`, where the engine's answer is that of an empty project. */
export async function readInfrastructure(client: Client, projectId: string): Promise<Infrastructure> {
  const answer = await client.infrastructure({ params: { projectId } });
  if (answer.deploymentJobId === null && answer.terraformState === null)
    await requireProject(client, projectId);
  return answer;
}

/** Reads the addresses of the objects in a Terraform state, as `terraform state list` writes them. */
export async function resourceAddresses(state: Record<string, unknown> | null): Promise<string[]> {
  if (!Array.isArray(state?.resources)) return [];
  const { instanceAddresses } = await import('@deployment-engine/terraform-code');
  return [...instanceAddresses({ resources: state.resources }).keys()].sort();
}
