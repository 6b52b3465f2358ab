// Writes the commands in docs/cli.md. Usage: node scripts/bootstrap.mjs scripts/cli-page.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../cli/src/program.ts';

export const cliPage = resolve(import.meta.dirname, '../docs/cli.md');

const begin = '<!-- commands -->';
const end = '<!-- end of commands -->';

/** Returns the page with every command's own help between its two markers. */
export async function withCommands(page: string): Promise<string> {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`writing the commands: the page has no "${begin}" … "${end}"`);
  const program = await createProgram('all');
  const sections = program.commands.flatMap((command) => sectionsOf(command, 'deployer'));
  return `${page.slice(0, from)}${begin}\n\n${sections.join('\n\n')}\n\n${page.slice(to)}`;
}

function sectionsOf(command: Command, above: string): string[] {
  const name = `${above} ${command.name()}`;
  const inner = command.commands.filter((each) => each.name() !== 'help');
  if (inner.length > 0) return inner.flatMap((each) => sectionsOf(each, name));
  const aliases = command.aliases().map((alias) => `, \`${above} ${alias}\``);
  const rows = command.options
    .filter((option) => !option.hidden)
    .map((option) => `| \`${option.flags}\` | ${cell(optionText(option))} |`);
  return [
    [
      `### \`${[name, argumentsOf(command)].filter(Boolean).join(' ')}\`${aliases.join('')}`,
      sentence(command.description()),
      ...(rows.length > 0 ? [['| option | |', '| --- | --- |', ...rows].join('\n')] : []),
    ].join('\n\n'),
  ];
}

function argumentsOf(command: Command): string {
  return command.registeredArguments
    .map((each) => (each.required ? `<${each.name()}>` : `[${each.name()}]`))
    .join(' ');
}

function optionText({ description, argChoices, defaultValue }: Command['options'][number]): string {
  const choices = argChoices ? [argChoices.join(', ')] : [];
  const preset = defaultValue === undefined ? [] : [`default ${[defaultValue].flat().join(',')}`];
  return [description, ...choices, ...preset].join('; ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

if (import.meta.main) writeFileSync(cliPage, await withCommands(readFileSync(cliPage, 'utf8')));
