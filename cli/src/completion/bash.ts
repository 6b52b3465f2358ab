import type { CompletedOption, Place } from './tree.ts';

/** Source: https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
export function bashScript(places: Place[]): string {
  return `# Completes deployer in bash. Load it with: source <(deployer completion bash)
_deployer() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" at=deployer found='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
${inCase(places.slice(1).map(({ names, at }) => [names, `at='${at}'`]))}
    esac
  done
  COMPREPLY=()
  case "$at $previous" in
${inCase(places.flatMap(({ at, options }) => options.flatMap((option) => valueCase(at, option))))}
  esac
  case "$at" in
${inCase(places.map((place) => [[place.at], `found='${wordsOf(place)}'`]))}
  esac
  COMPREPLY=($(compgen -W "$found" -- "$word"))
${filesLine(places)}
}
complete -F _deployer deployer
`;
}

function inCase(rows: [patterns: string[], command: string][]): string {
  return rows
    .map(([patterns, command]) => `      ${patterns.map((each) => `'${each}'`).join('|')}) ${command} ;;`)
    .join('\n');
}

function valueCase(at: string, { long, short, value }: CompletedOption): [string[], string][] {
  if (!value) return [];
  const names = [long, ...(short ? [short] : [])].map((name) => `${at} ${name}`);
  if (value.kind === 'any') return [[names, 'return']];
  const from = value.kind === 'files' ? '-f' : `-W '${value.choices.join(' ')}'`;
  return [[names, `COMPREPLY=($(compgen ${from} -- "$word")); return`]];
}

function wordsOf({ words, options }: Place): string {
  return [...words.map(({ word }) => word), ...options.map(({ long }) => long)].join(' ');
}

function filesLine(places: Place[]): string {
  const patterns = places.filter(({ hasFiles }) => hasFiles).map(({ at }) => `'${at}'`);
  return `  case "$at" in\n      ${patterns.join('|')}) COMPREPLY+=($(compgen -f -- "$word")) ;;\n  esac`;
}
