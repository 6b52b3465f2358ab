import type { CompletedOption, Described, Place } from './tree.ts';

/** Source: https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
export function zshScript(places: Place[]): string {
  return `#compdef deployer
# Completes deployer in zsh. Load it with: source <(deployer completion zsh)
_deployer() {
  local at=deployer previous="\${words[CURRENT-1]}" i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
${inCase(places.slice(1).map(({ names, at }) => [names, `at='${at}'`]))}
    esac
  done
  case "$at $previous" in
${inCase(places.flatMap(({ at, options }) => options.flatMap((option) => valueCase(at, option))))}
  esac
  case "$at" in
${inCase(places.map((place) => [[place.at], foundOf(place)]))}
  esac
  _describe deployer found
}
compdef _deployer deployer
`;
}

function inCase(rows: [patterns: string[], command: string][]): string {
  return rows
    .map(([patterns, command]) => `      (${patterns.map((each) => `'${each}'`).join('|')}) ${command} ;;`)
    .join('\n');
}

function valueCase(at: string, { long, short, value }: CompletedOption): [string[], string][] {
  if (!value) return [];
  const names = [long, ...(short ? [short] : [])].map((name) => `${at} ${name}`);
  if (value.kind === 'any') return [[names, 'return']];
  const act = value.kind === 'files' ? '_files' : `compadd -- ${value.choices.join(' ')}`;
  return [[names, `${act}; return`]];
}

function foundOf({ words, options, hasFiles }: Place): string {
  const all: Described[] = [
    ...words,
    ...options.map(({ long, description }) => ({ word: long, description })),
  ];
  const entries = all.map(({ word, description }) => quoted(description ? `${word}:${description}` : word));
  return `found=(${entries.join(' ')})${hasFiles ? '; _files' : ''}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
