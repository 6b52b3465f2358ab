import { type Command, Option } from 'commander';

export const defaultUrl = 'http://127.0.0.1:3000';

/** Settings by the name of their option's value. */
type GlobalFlag = 'url' | 'tokenFile' | 'json' | 'quiet' | 'verbose' | 'noInput';

/** Global options that take a value. */
export const valueOptions = ['--url', '--token-file'];

function options(): Option[] {
  return [
    new Option(
      '--url <url>',
      `address of the engine; else DEPLOYER_URL, deployer.yaml, config.yaml, or ${defaultUrl}`,
    ),
    new Option('--token-file <file>', 'file with an API key or token; else DEPLOYER_TOKEN, or that of login'),
    new Option('--json', "print the engine's answer as JSON, and errors as JSON on standard error"),
    new Option('-q, --quiet', 'print only results and errors'),
    new Option('--verbose', "print Terraform's own lines and every request too"),
    new Option('--no-input', 'ask nothing, as if there were no terminal'),
  ];
}

/** Lets every command take the global options, before or after its name. */
export function addGlobalOptions(command: Command): void {
  for (const option of options())
    if (!command.options.some(({ long }) => long === option.long))
      command.addOption(command.parent ? option.hideHelp() : option);
  for (const inner of command.commands) addGlobalOptions(inner);
}

/** Returns an option that was given for the command or for those above it; the innermost counts. */
export function globalFlag(command: Command, name: GlobalFlag): unknown {
  const attribute = name === 'noInput' ? 'input' : name;
  for (let each: Command | null = command; each; each = each.parent) {
    if (each.getOptionValueSource(attribute) !== 'cli') continue;
    const value: unknown = each.getOptionValue(attribute);
    return name === 'noInput' ? value === false : value;
  }
  return undefined;
}
