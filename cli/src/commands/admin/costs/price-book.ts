import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@deployment-engine/client';
import { type InstalledPrices, priceSources } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { connect } from '../../../connection.ts';
import { CliError, UsageError } from '../../../exit-code.ts';
import { ownCommand } from '../../../messages/own-command.ts';

const pollMs = 1000;
/** Price lists of all clouds take a few minutes. */
const refreshLimitMs = 60 * 60_000;

export function priceBookCommand(): Command {
  return new Command('pricebook')
    .description('the prices in use')
    .addCommand(
      new Command('status')
        .description('show sources and dates of the prices')
        .action(async (_options, command) => {
          const { client, json } = connect(command);
          print(json, await client.priceBook());
        }),
    )
    .addCommand(refreshCommand())
    .addCommand(importCommand());
}

type PriceSource = (typeof priceSources)[number];
type RefreshOptions = { sources: PriceSource[]; awsRegions?: string; azureRegions?: string };

function refreshCommand(): Command {
  return new Command('refresh')
    .description("download the clouds' price lists; the engine needs a network")
    .option('--sources <names>', 'of aws, azure and google', toSources, ['aws', 'azure'])
    .option('--aws-regions <regions>', 'for example us-east-1,eu-west-1')
    .option('--azure-regions <regions>', 'for example eastus,westeurope')
    .action(async (options: RefreshOptions, command: Command) => {
      const { client, json } = connect(command);
      const regions = { aws: toList(options.awsRegions), azure: toList(options.azureRegions) };
      await client.refreshPriceBook({ body: { sources: options.sources, regions } });
      const status = await refreshed(client);
      if (status.refresh?.status === 'failed')
        throw new CliError(`refreshing the prices: ${status.refresh.error}; the old prices stay in use`);
      print(json, status);
    });
}

function importCommand(): Command {
  return new Command('import')
    .description('import a price book that another engine has refreshed')
    .argument('<file>', "that engine's price-book.json")
    .action(async (file: string, _options, command: Command) => {
      const { client, json } = connect(command);
      const body = await readFile(file).catch((error) => {
        throw new CliError(
          `reading ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
        );
      });
      print(json, await client.importPriceBook({ body: new Uint8Array(body) }));
    });
}

function toSources(text: string): PriceSource[] {
  return (toList(text) ?? []).map((name) => {
    const source = priceSources.find((known) => known === name);
    if (!source) throw new UsageError(`--sources ${text}: ${name} is none of ${priceSources.join(', ')}`);
    return source;
  });
}

function toList(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => name.trim());
}

async function refreshed(client: Client): Promise<InstalledPrices> {
  const deadline = Date.now() + refreshLimitMs;
  for (;;) {
    const status = await client.priceBook();
    if (status.refresh?.status !== 'running') return status;
    if (Date.now() > deadline)
      throw new CliError(
        `refreshing the price book: it is still running after ${refreshLimitMs / 60_000} minutes; check later with: ${ownCommand('costs pricebook status')}`,
      );
    await delay(pollMs);
  }
}

function print(json: boolean, prices: InstalledPrices): void {
  const lines = [
    `price book ${prices.version} (${prices.origin})`,
    ...Object.entries(prices.sections).map(
      ([id, { asOf, source }]) => `  ${asOf.padEnd(10)}  ${id}: ${source}`,
    ),
    ...prices.warnings,
  ];
  console.log(json ? JSON.stringify(prices) : lines.join('\n'));
}
