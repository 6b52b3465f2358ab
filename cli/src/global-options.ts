import { type Command, Option } from 'commander';

const defaultUrl = 'http://127.0.0.1:3000';

type GlobalOptions = { url: string; tokenFile: string; json: boolean };

/** Global options that take a value. */
export const valueOptions = ['--url', '--token-file'];

function options(): Option[] {
  return [
    new Option('--url <url>', `address of the engine; else DEPLOYER_URL, else ${defaultUrl}`),
    new Option('--token-file <file>', 'file with an API key or token; else DEPLOYER_TOKEN'),
    new Option('--json', "print the engine's answer as JSON, and errors as JSON on standard error"),
  ];
}

/** Lets every command take the global options, before or after its name. */
export function addGlobalOptions(command: Command): void {
  for (const option of options())
    if (!command.options.some(({ long }) => long === option.long))
      command.addOption(command.parent ? option.hideHelp() : option);
  for (const inner of command.commands) addGlobalOptions(inner);
}

/** Returns an option of the command or of those above it; the innermost counts. */
export function globalOption<Name extends keyof GlobalOptions>(
  command: Command,
  name: Name,
): GlobalOptions[Name] | undefined {
  for (let each: Command | null = command; each; each = each.parent) {
    const value = each.getOptionValue(name) as GlobalOptions[Name] | undefined;
    if (value !== undefined) return value;
  }
  return name === 'url' ? ((process.env.DEPLOYER_URL || defaultUrl) as GlobalOptions[Name]) : undefined;
}
