import type { CompletedOption, Place } from './tree.ts';

/** Source: https://fishshell.com/docs/current/cmds/complete.html */
export function fishScript(places: Place[]): string {
  return `# Completes deployer in fish. Load it with: deployer completion fish | source
function __deployer_at
    set -l at deployer
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
${places.slice(1).map(placeCase).join('\n')}
        end
    end
    test "$at" = "$argv"
end
complete -c deployer -f
${places.flatMap(linesOf).join('\n')}
`;
}

function placeCase({ names, at }: Place): string {
  return `            case ${names.map(quoted).join(' ')}\n                set at ${quoted(at)}`;
}

function linesOf({ at, words, options, hasFiles }: Place): string[] {
  const here = `complete -c deployer -n ${quoted(`__deployer_at ${at}`)}`;
  return [
    ...words.map(({ word, description }) => `${here} -a ${quoted(word)}${described(description)}`),
    ...options.map((option) => `${here} ${optionText(option)}${described(option.description)}`),
    ...(hasFiles ? [`${here} -F`] : []),
  ];
}

function optionText({ long, short, value }: CompletedOption): string {
  const names = `-l ${long.slice(2)}${short ? ` -s ${short.slice(1)}` : ''}`;
  if (!value) return names;
  if (value.kind === 'files') return `${names} -r -F`;
  return value.kind === 'any' ? `${names} -x` : `${names} -x -a ${quoted(value.choices.join(' '))}`;
}

function described(text: string): string {
  return text === '' ? '' : ` -d ${quoted(text)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
