import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackValidation, Validation } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { exitCodes } from '../exit-code.ts';
import { annotateDiagnostic, annotateProblem } from '../github/annotations.ts';
import { diagnosticText } from '../messages/diagnostic-text.ts';
import { readProjectCode } from '../project/project-code.ts';
import { problemLine, readStackRequest, type StackOptions, withStackOptions } from '../stack/request.ts';
import { isStack } from '../target.ts';

type ValidateOptions = StackOptions & { environment?: string; service?: string };

export function validateCommand(): Command {
  return withStackOptions(new Command('validate'))
    .option('--environment <name>', 'stack: without it, all environments are checked')
    .option('--service <name>', 'stack: only this service')
    .action(async (folder: string, options: ValidateOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options) || (await isRepository(folder))) return validateStack(connection, folder, options);
      await validateFolder(connection, folder, options);
    });
}

async function isRepository(folder: string): Promise<boolean> {
  const stacks = await stat(join(folder, 'stacks')).catch(() => undefined);
  return stacks?.isDirectory() ?? false;
}

async function validateFolder(
  { client, json }: Connection,
  folder: string,
  options: ValidateOptions,
): Promise<void> {
  const answer = await client.validateCode({ body: await readProjectCode(folder, options) });
  console.log(json ? JSON.stringify(answer) : codeText(answer));
  for (const each of [...answer.errors, ...answer.warnings])
    annotateDiagnostic(each, folder === '-' ? undefined : folder);
  if (!answer.valid) process.exitCode = exitCodes.failed;
}

function codeText({ errors, warnings, message }: Validation): string {
  return [...errors.map(diagnosticText), ...warnings.map(diagnosticText), message].join('\n\n');
}

async function validateStack(
  { client, json }: Connection,
  folder: string,
  options: ValidateOptions,
): Promise<void> {
  const { params, repository } = await readStackRequest(folder, options);
  const { environment, service } = options;
  const answer = await client.validateStack({ params, body: { ...repository, environment, service } });
  console.log(json ? JSON.stringify(answer) : stackText(answer));
  for (const each of answer.errors) annotateProblem('error', each, folder);
  for (const each of answer.warnings) annotateProblem('warning', each, folder);
  if (!answer.valid) process.exitCode = exitCodes.failed;
}

function stackText({ errors, warnings, message, waves, components }: StackValidation): string {
  const kinds = new Map(components?.map(({ id, kind }) => [id, kind]));
  return [
    ...errors.map(problemLine),
    ...warnings.map((warning) => `warning: ${problemLine(warning)}`),
    message,
    ...(waves ?? []).map(
      (wave, index) => `  wave ${index + 1}: ${wave.map((id) => `${id} (${kinds.get(id)})`).join(', ')}`,
    ),
  ].join('\n');
}
