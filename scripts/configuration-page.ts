// Writes the tables of settings in docs/configuration.md. Usage: node scripts/bootstrap.mjs scripts/configuration-page.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type SettingsTable, settingsMarkdown } from '@deployment-engine/service';
import { gatewaySettings } from '../gateway/src/settings.ts';
import { runnerSettings } from '../terraform-runner/src/settings.ts';

export const configurationPage = resolve(import.meta.dirname, '../docs/configuration.md');
export const writeCommand = 'node scripts/bootstrap.mjs scripts/configuration-page.ts';

const end = '<!-- end of settings -->';

/** Returns the page with each service's settings between its two markers. */
export function withSettings(page: string): string {
  const withGateway = between(page, 'gateway', gatewaySettings);
  return between(withGateway, 'terraform-runner', runnerSettings);
}

function between(page: string, service: string, table: SettingsTable): string {
  const begin = `<!-- settings: ${service} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`writing the settings: the page has no "${begin}" … "${end}"`);
  return `${page.slice(0, from)}${begin}\n\n${settingsMarkdown(table)}\n\n${page.slice(to)}`;
}

if (import.meta.main) writeFileSync(configurationPage, withSettings(readFileSync(configurationPage, 'utf8')));
