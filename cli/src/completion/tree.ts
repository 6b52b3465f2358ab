import type { Command, Option } from 'commander';

/** What can follow a command's words. */
export type Place = {
  /** The words to here, for example `deployer keys create`. */
  at: string;
  /** The same with each alias of the last word. */
  names: string[];
  words: Described[];
  options: CompletedOption[];
  /** Whether an argument is a file or folder. */
  hasFiles: boolean;
};
export type Described = { word: string; description: string };
export type CompletedOption = {
  long: string;
  short: string | undefined;
  description: string;
  /** What its value may be; `undefined` without a value. */
  value: Value | undefined;
};
export type Value = { kind: 'choices'; choices: readonly string[] } | { kind: 'files' } | { kind: 'any' };

const fileWords = /^<?(file|dir|folder)>?$/;

/** Lists every place of a command line, from the same commands as its help. */
export function placesOf(command: Command, above = ''): Place[] {
  const prefix = above === '' ? '' : `${above} `;
  const at = prefix + command.name();
  const inner = command.commands.filter((each) => each.name() !== 'help');
  return [
    {
      at,
      names: [command.name(), ...command.aliases()].map((name) => prefix + name),
      words: [...inner.flatMap(wordsOf), ...command.registeredArguments.flatMap(choicesOf)],
      options: command.options.flatMap(completed),
      hasFiles: command.registeredArguments.some((argument) => fileWords.test(argument.name())),
    },
    ...inner.flatMap((each) => placesOf(each, at)),
  ];
}

function wordsOf(command: Command): Described[] {
  const names = [command.name(), ...command.aliases()];
  return names.map((word) => ({ word, description: command.description() }));
}

function choicesOf({ argChoices = [] }: Command['registeredArguments'][number]): Described[] {
  return argChoices.map((word) => ({ word, description: '' }));
}

function completed(option: Option): CompletedOption[] {
  const { long, short, description } = option;
  return long ? [{ long, short, description, value: valueFor(option) }] : [];
}

function valueFor({ required, optional, argChoices, flags }: Option): Value | undefined {
  if (!required && !optional) return undefined;
  if (argChoices) return { kind: 'choices', choices: argChoices };
  return { kind: fileWords.test(flags.split(' ').at(-1) ?? '') ? 'files' : 'any' };
}
