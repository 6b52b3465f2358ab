import type { CompletedOption, Described, Place } from './tree.ts';

/** Source: https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
export function zshScript(places: Place[]): string {
  return `#compdef deployer
# Completes deployer in zsh. Load it with: source <(deployer completion zsh)
_deployer() {
  local at=deployer previous="\${words[CURRENT-1]}" i files=0
  local -a found options
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
  (( \${#found} )) && _describe deployer found
  if [[ "$PREFIX" == -* ]] || (( ! \${#found} && ! files )); then _describe deployer options; fi
}
# Without this, the first use in a folder of fpath would only define the function.
if [[ "\${funcstack[1]}" == _deployer ]]; then _deployer; else compdef _deployer deployer; fi
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

/** Options are offered once a hyphen is typed, or where nothing else is known. */
function foundOf({ words, options, hasFiles }: Place): string {
  const described = options.map(({ long, description }) => ({ word: long, description }));
  return [
    `found=(${entriesOf(words)})`,
    `options=(${entriesOf(described)})`,
    ...(hasFiles ? ['files=1', '_files'] : []),
  ].join('; ');
}

function entriesOf(all: Described[]): string {
  return all.map(({ word, description }) => quoted(description ? `${word}:${description}` : word)).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
