import { readFile } from 'node:fs/promises';
import type {
  PolicyExemption,
  PolicyFinding,
  PolicySettingsAnswer,
  ProjectPolicy,
  ProjectPolicySettings,
} from '@deployment-engine/contracts';
import { Command } from 'commander';
import { parse } from 'yaml';
import { connect } from '../../connection.ts';
import { CliError } from '../../exit-code.ts';
import { requireProject } from '../../project/require-project.ts';

export function policyCommand(): Command {
  return new Command('policy').addCommand(showCommand()).addCommand(setCommand()).addCommand(allowCommand());
}

function showCommand(): Command {
  return new Command('show')
    .description('show the policy in force and the newest findings')
    .argument('<projectId>')
    .action(async (projectId: string, _options, command: Command) => {
      const { client, json } = connect(command);
      const answer = await client.policy({ params: { projectId } });
      if (answer.version === 0 && !answer.newest) await requireProject(client, projectId);
      console.log(json ? JSON.stringify(answer) : policyText(answer));
    });
}

function setCommand(): Command {
  return new Command('set')
    .description("replace a project's settings; only an admin may weaken them")
    .argument('<projectId>')
    .argument('<file>', 'settings as YAML or JSON')
    .action(async (projectId: string, file: string, _options, command: Command) => {
      const { client, json } = connect(command);
      const text = await readFile(file, 'utf8').catch((error) => {
        throw new CliError(
          `reading ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
        );
      });
      const body = parseSettings(file, text);
      print(json, await client.setPolicySettings({ params: { projectId }, body }));
    });
}

function allowCommand(): Command {
  return new Command('allow')
    .description('let findings of one rule pass; needs an admin')
    .argument('<projectId>')
    .argument('<ruleId>', 'for example PRE-PROVISIONER')
    .requiredOption('--who <name>', 'who is responsible for it')
    .requiredOption('--why <reason>', 'why the findings may pass')
    .option('--subject <pattern>', 'only findings with this subject; * matches any characters')
    .option('--address <pattern>', 'only resources with this address')
    .option('--file <pattern>', 'only findings in this file')
    .option('--expires-at <time>', 'ISO 8601, for example 2030-01-31T00:00:00Z')
    .action(async (projectId: string, id: string, options: Omit<PolicyExemption, 'id'>, command: Command) => {
      const { client, json } = connect(command);
      const { who, why, subject, address, file, expiresAt } = options;
      const body = { id, who, why, subject, address, file, expiresAt };
      print(json, await client.allowFinding({ params: { projectId }, body }));
    });
}

function parseSettings(file: string, text: string): unknown {
  try {
    return parse(text); // JSON is valid YAML
  } catch (error) {
    throw new CliError(`reading ${file}: ${(error as Error).message}`);
  }
}

function print(json: boolean, answer: PolicySettingsAnswer): void {
  const line = `${answer.projectId}: policy settings are at version ${answer.version}`;
  console.log(json ? JSON.stringify(answer) : line);
}

function policyText({ projectId, settings, version, newest }: ProjectPolicy): string {
  const found = [newest?.code, newest?.plan, newest?.afterApply].flatMap((report) => report?.findings ?? []);
  return [
    `${projectId}: profile ${settings.profile}, version ${version}`,
    ...Object.entries(settings.modes).map(([id, mode]) => `  ${mode.padEnd(7)}  ${id}`),
    ...settings.exemptions.map(exemptionText),
    ...settings.userRules.map(({ id, mode, message }) => `  ${mode.padEnd(7)}  ${id}: ${message}`),
    newest ? `${newest.jobId}: ${newest.verdict}` : 'no job was checked yet',
    ...found.map(findingText),
  ].join('\n');
}

function exemptionText({ id, who, why, expiresAt }: ProjectPolicySettings['exemptions'][number]): string {
  return `  allowed  ${id} by ${who}: ${why}${expiresAt ? ` (until ${expiresAt})` : ''}`;
}

function findingText({ id, mode, severity, file, line, address, message }: PolicyFinding): string {
  const place = [file && `${file}:${line ?? 1}`, address].filter(Boolean).join(' ');
  return `  ${mode.padEnd(7)}  ${severity.padEnd(8)}  ${id}  ${place}: ${message}`;
}
