// Writes the reference of kinds in docs/kinds.md. Usage: node scripts/bootstrap.mjs scripts/kinds/kinds-page.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Field, fieldsOf, type Json, noEffectOf } from '@deployment-engine/stacks';
import { type ShippedKind, shippedKinds } from '../../testing/kinds/shipped.ts';

export const kindsPage = resolve(import.meta.dirname, '../../docs/kinds.md');
export const writeCommand = 'node scripts/bootstrap.mjs scripts/kinds/kinds-page.ts';

const begin = '<!-- reference of kinds -->';

/** Returns the page with the reference of every kind after its marker. */
export function withReference(page: string): string {
  const from = page.indexOf(begin);
  if (from < 0) throw new Error(`writing the kinds: the page has no "${begin}"`);
  const sections = [...shippedKinds().values()].map(section);
  return `${page.slice(0, from)}${begin}\n\n${sections.join('\n\n')}\n`;
}

function section({ kind, files }: ShippedKind): string {
  const fields = fieldsOf(kind.schema).filter(({ path }) => path !== 'dependsOn');
  const rows = fields.map(
    (field) =>
      `| \`${field.path}\` | ${typeOf(field)} | ${defaultOf(field)} | ${noEffectOf(kind, field.path) ?? ''} |`,
  );
  const table = ['| field | value | default | no effect, because |', '| --- | --- | --- | --- |', ...rows];
  const about = (files.get('README.md') ?? '').split('\n\n')[1] ?? '';
  return [
    `### ${kind.name}`,
    about.trim(),
    `Group ${kind.group}; usually ${kind.usualMinutes} min${kind.stateful ? '; holds data' : ''}.`,
    table.join('\n'),
    `Outputs: ${kind.outputs.map((name) => `\`${name}\``).join(', ')}.`,
  ].join('\n\n');
}

function typeOf({ schema }: Field): string {
  const { minimum, maximum, enum: choices, type, items } = schema;
  if (choices) return choices.map(text).join(', ');
  const range = minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''}…${maximum ?? ''}`;
  const name = [type ?? 'any'].flat().join(' or ');
  return `${name === 'array' ? `list of ${[items?.type ?? 'any'].flat().join(' or ')}` : name}${range}`;
}

function defaultOf({ schema, isRequired }: Field): string {
  if (schema.default !== undefined) return text(schema.default);
  return isRequired ? 'required' : '';
}

const text = (value: Json) => (typeof value === 'string' ? value : JSON.stringify(value));

if (import.meta.main) writeFileSync(kindsPage, withReference(readFileSync(kindsPage, 'utf8')));
