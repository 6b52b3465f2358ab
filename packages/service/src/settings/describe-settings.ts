import type { Setting, SettingsTable } from './setting.ts';

/** Terminal columns. */
const lineWidth = 100;
const indent = '      ';

/** Describes every setting of a service for a terminal, by topic: name, default, meaning. */
export function settingsHelp(service: string, table: SettingsTable): string {
  return Object.values(table)
    .map(({ title, settings }) =>
      [
        `${service}: ${title}\n`,
        ...Object.entries(settings).map(([name, setting]) => helpEntry(name, setting)),
      ].join('\n'),
    )
    .join('\n\n');
}

/** Describes every setting of a table in Markdown: a heading and a table for each topic. */
export function settingsMarkdown(table: SettingsTable): string {
  return Object.values(table)
    .map(({ title, settings }) =>
      [
        `### ${title}`,
        '',
        '| setting | default | example | meaning |',
        '| --- | --- | --- | --- |',
        ...Object.entries(settings).map(([name, setting]) => markdownRow(name, setting)),
      ].join('\n'),
    )
    .join('\n\n');
}

function helpEntry(name: string, setting: Setting): string {
  const meaning = inPlainText(
    setting.secret ? `${setting.meaning}; or in a file, by ${name}_FILE` : setting.meaning,
  );
  return [`  ${name}  (default: ${inPlainText(defaultOf(setting))})`, ...wrap(meaning)].join('\n');
}

function markdownRow(name: string, setting: Setting): string {
  const example = setting.secret ? 'secret' : `\`${setting.example}\``;
  return `| \`${name}\` | ${defaultOf(setting)} | ${example} | ${setting.meaning} |`;
}

function defaultOf({ default: given, otherwise, required, unit }: Setting): string {
  if (given) return [`\`${given}\``, unit].filter(Boolean).join(' ');
  return otherwise ?? (required ? 'must be set' : 'none');
}

/** Removes Markdown's quotes and replaces a link by the path of its page. */
function inPlainText(markdown: string): string {
  return markdown.replace(/\[[^\]]+\]\(([^)]+)\)/g, 'docs/$1').replaceAll('`', '');
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.trim() && line.length + word.length > lineWidth) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
