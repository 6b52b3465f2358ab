import type { StackValidation } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { connect } from '../connection.ts';
import { exitCodes } from '../exit-code.ts';
import { problemLine, readStackRequest, type StackOptions, withStackOptions } from '../stack/request.ts';

type ValidateOptions = StackOptions & { environment?: string; service?: string };

export function validateCommand(): Command {
  return withStackOptions(new Command('validate'))
    .option('--environment <name>', 'without it, all environments are checked')
    .option('--service <name>', 'only this service')
    .action(async (folder: string, options: ValidateOptions, command: Command) => {
      const { client, json } = connect(command);
      const { params, repository } = await readStackRequest(folder, options);
      const { environment, service } = options;
      const answer = await client.validateStack({ params, body: { ...repository, environment, service } });
      console.log(json ? JSON.stringify(answer) : validationText(answer));
      if (!answer.valid) process.exitCode = exitCodes.failed;
    });
}

function validationText({ errors, warnings, message, waves, components }: StackValidation): string {
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
