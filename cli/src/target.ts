import type { Command } from 'commander';
import { UsageError } from './exit-code.ts';

/** Which project, or which part of a stack, a command is about. */
export type TargetOptions = {
  project?: string;
  stack?: string;
  service?: string;
  component?: string;
  environment?: string;
};

/** Adds the options that name a project or a part of a stack. */
export function withTarget(command: Command): Command {
  return command
    .option('--project <id>', "the project; else DEPLOYER_PROJECT, deployer.yaml, or the folder's name")
    .option('--stack <name>', 'a stack; may be left out if the repository has one')
    .option('--service <name>', 'only this service of the stack')
    .option('--component <service/name>', 'only this component of the stack')
    .option('--environment <name>', 'environment of the stack');
}

/** Lets the project stand as the first word too, as it does for commands that only look. */
export function withProjectArgument(command: Command): Command {
  return withTarget(command)
    .argument('[project]', 'the project, instead of --project')
    .hook('preAction', (_, action) => {
      const [project] = action.args;
      if (project === undefined) return;
      const { project: option, ...target } = action.opts<TargetOptions>();
      if (option !== undefined || isStack(target))
        throw new UsageError(`${project}: give it either as a word or by an option`);
      action.setOptionValue('project', project);
    });
}

export function withVariables(command: Command): Command {
  return command
    .option(
      '--var <name=value>',
      'a variable, repeatable; NAME:=value is JSON; counts over --var-file',
      collect,
    )
    .option('--var-file <file>', 'variables as .tfvars, YAML or JSON, repeatable', collect);
}

/** Option parser that collects every use of an option. */
function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** Whether a command is about a stack: any option of one is given. */
export function isStack({ stack, service, component, environment }: TargetOptions): boolean {
  return [stack, service, component, environment].some((value) => value !== undefined);
}

/** Refuses options that a project does not have. */
export function requireStackFor(command: Command, names: string[]): void {
  const given = names.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  const isOff = command.getOptionValue(given) === false;
  const option = command.options.find((each) => each.attributeName() === given && each.negate === isOff);
  throw new UsageError(`${option?.long} is for stacks only; name one with --stack`);
}
