import type { StackValidation } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { connect } from '../connection.ts';
import { askAboutStack, problemLine, type StackOptions, withStackOptions } from '../stack-request.ts';

export function validateCommand(): Command {
  return withStackOptions(new Command('validate'))
    .description('check a stack of a deployment repository; nothing is stored')
    .option('--environment <name>', 'without it, all environments are checked')
    .option('--service <name>', 'only this service')
    .action(
      async (
        folder: string,
        { json: _, ...options }: StackOptions & { json?: boolean },
        command: Command,
      ) => {
        const connection = connect(command);
        const answer = await askAboutStack<StackValidation>(connection, 'validate', folder, options);
        console.log(connection.json ? JSON.stringify(answer) : validationText(answer));
        if (!answer.valid) process.exitCode = 1;
      },
    );
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
