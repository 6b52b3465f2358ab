import { Command } from 'commander';
import { connect } from '../connection.ts';
import { withConduct } from '../stack/conduct-options.ts';
import { type PromoteOptions, promoteStack } from '../stack/start.ts';
import { withVariables } from '../target.ts';
import { type GivenVariables, stackVariables } from '../upload/variables.ts';

export function promoteCommand(): Command {
  return withConduct(withVariables(new Command('promote')))
    .option('--stack <name>', 'the stack; may be left out if the repository has one')
    .requiredOption('--from <environment>', 'the environment that runs it')
    .requiredOption('--to <environment>', 'the environment that gets it')
    .option(
      '--override',
      'deploy although an environment of spec.promotion was skipped; the audit log keeps it',
    )
    .action(async (options: PromoteOptions & GivenVariables, command: Command) => {
      const variables = await stackVariables(options);
      await promoteStack(connect(command), { ...options, variables });
    });
}
