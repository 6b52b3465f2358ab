import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { InstalledPrices, ProjectCosts } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { type Connection, connect } from '../connection.ts';

const pollMs = 1000;
/** Price lists of all clouds take a few minutes. */
const refreshLimitMs = 60 * 60_000;

export function costsCommand(): Command {
  return new Command('costs')
    .description('monthly costs of projects, and the prices used')
    .addCommand(showCommand())
    .addCommand(priceBookCommand());
}

function showCommand(): Command {
  return new Command('show')
    .description('show the monthly costs of a project')
    .argument('<projectId>')
    .option('--profile <profile>', 'usage to assume if none is given: none, small, medium or large')
    .option('--currency <code>', 'a currency for which the engine has an exchange rate')
    .action(async (projectId: string, options: Record<string, string>, command: Command) => {
      const connection = connect(command);
      const path = `/api/deploy/costs/${encodeURIComponent(projectId)}?${new URLSearchParams(options)}`;
      const answer = (await (await connection.request('GET', path)).json()) as ProjectCosts;
      console.log(connection.json ? JSON.stringify(answer) : costTable(answer));
    });
}

function costTable({ projectId, source, costs }: ProjectCosts): string {
  const dear = costs.resources.toSorted((left, right) => (right.monthlyCost ?? 0) - (left.monthlyCost ?? 0));
  const { diff } = costs;
  return [
    `${projectId}: ${costs.total.toFixed(2)} ${costs.currency} a month (from the ${source}, ${costs.confidence})`,
    ...dear
      .filter(({ status }) => status !== 'free' && status !== 'unsupported')
      .map(({ address, monthlyCost }) => `  ${(monthlyCost?.toFixed(2) ?? '?').padStart(12)}  ${address}`),
    ...costs.unpriced.map(({ address, component, detail }) =>
      [`  not priced: ${address}`, ...(component ? [component] : []), detail].join(', '),
    ),
    ...(diff
      ? [`the newest plan changes this by ${diff.difference.toFixed(2)} to ${diff.after.toFixed(2)}`]
      : []),
    `prices of ${costs.priceBook.asOf}`,
    ...costs.priceBook.warnings,
  ].join('\n');
}

function priceBookCommand(): Command {
  return new Command('pricebook')
    .description('the prices in use')
    .addCommand(
      new Command('status')
        .description('show sources and dates of the prices')
        .action(async (_options, command) => {
          const connection = connect(command);
          print(connection, await priceBook(connection));
        }),
    )
    .addCommand(refreshCommand())
    .addCommand(importCommand());
}

function refreshCommand(): Command {
  return new Command('refresh')
    .description("download the clouds' price lists; the engine needs a network")
    .option('--sources <names>', 'of aws, azure and google', 'aws,azure')
    .option('--aws-regions <regions>', 'for example us-east-1,eu-west-1')
    .option('--azure-regions <regions>', 'for example eastus,westeurope')
    .action(async (options: Record<string, string>, command: Command) => {
      const connection = connect(command);
      const list = (text: string | undefined) => text?.split(',').map((name) => name.trim());
      const regions = { aws: list(options.awsRegions), azure: list(options.azureRegions) };
      const body = new TextEncoder().encode(JSON.stringify({ sources: list(options.sources), regions }));
      await connection.request('POST', '/api/admin/price-book/refresh', { body, type: 'application/json' });
      const status = await refreshed(connection);
      if (status.refresh?.status === 'failed')
        throw new CliError(`refreshing the prices: ${status.refresh.error}; the old prices stay in use`);
      print(connection, status);
    });
}

function importCommand(): Command {
  return new Command('import')
    .description('import a price book that another engine has refreshed')
    .argument('<file>', "that engine's price-book.json")
    .action(async (file: string, _options, command: Command) => {
      const connection = connect(command);
      const body = await readFile(file).catch((error) => {
        throw new CliError(
          `reading ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
        );
      });
      const answer = await connection.request('POST', '/api/admin/price-book/import', {
        body: new Uint8Array(body),
        type: 'application/x-ndjson',
      });
      print(connection, (await answer.json()) as InstalledPrices);
    });
}

async function refreshed(connection: Connection): Promise<InstalledPrices> {
  const deadline = Date.now() + refreshLimitMs;
  for (;;) {
    const status = await priceBook(connection);
    if (status.refresh?.status !== 'running') return status;
    if (Date.now() > deadline)
      throw new CliError(
        `refreshing the price book: it is still running after ${refreshLimitMs / 60_000} minutes; check later with: deployer costs pricebook status`,
      );
    await delay(pollMs);
  }
}

async function priceBook(connection: Connection): Promise<InstalledPrices> {
  return (await (await connection.request('GET', '/api/admin/price-book')).json()) as InstalledPrices;
}

function print(connection: Connection, prices: InstalledPrices): void {
  const lines = [
    `price book ${prices.version} (${prices.origin})`,
    ...Object.entries(prices.sections).map(
      ([id, { asOf, source }]) => `  ${asOf.padEnd(10)}  ${id}: ${source}`,
    ),
    ...prices.warnings,
  ];
  console.log(connection.json ? JSON.stringify(prices) : lines.join('\n'));
}
