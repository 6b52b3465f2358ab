import { csvFields } from './csv-line.ts';
import { linesOf, open, type PriceSource } from './price-source.ts';
import type { FreshSection } from './refresh-price-book.ts';

export type AwsOffer = 'AmazonEC2' | 'AmazonRDS' | 'AmazonElastiCache';

type Row = (name: string) => string;

const ec2Tables: Record<string, string> = {
  'Linux/Shared': 'ec2',
  'Linux/Dedicated': 'ec2-dedicated',
  'Windows/Shared': 'ec2-windows',
};

/** What an hourly on-demand row of an offer prices: the table and the entry, `null` for any other row. */
const entryOf: Record<AwsOffer, (row: Row) => [table: string, sku: string] | null> = {
  AmazonEC2: (row) => {
    const isPlain = row('CapacityStatus') === 'Used' && row('Pre Installed S/W') === 'NA';
    if (!isPlain || row('License Model') !== 'No License required') return null;
    const table = ec2Tables[`${row('Operating System')}/${row('Tenancy')}`];
    return table === undefined ? null : [table, row('Instance Type')];
  },
  AmazonRDS: (row) => {
    const engine = rdsEngine(row('Database Engine'), row('Database Edition'), row('License Model'));
    if (engine === null || row('Deployment Option') !== 'Single-AZ') return null;
    return [`rds:${engine}`, row('Instance Type')];
  },
  AmazonElastiCache: (row) => {
    return row('Cache Engine') === 'Redis' ? ['elasticache', row('Instance Type')] : null;
  },
};

/**
 * Streams the CSV edition of an offer's regional price list. Its first lines are `name,value` pairs with the
 * publication date, then come a header and one row for each price.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
 */
export async function readAwsOffer(
  source: PriceSource,
  offer: AwsOffer,
  region: string,
): Promise<FreshSection[]> {
  const url = `${source.baseUrl}/offers/v1.0/aws/${offer}/current/${region}/index.csv`;
  const tables = new Map<string, Map<string, number>>();
  let columns: Map<string, number> | null = null;
  let asOf = source.today;
  for await (const line of linesOf(await open(url, source))) {
    const fields = csvFields(line);
    if (columns === null) {
      if (fields[0] === 'Publication Date') asOf = (fields[1] ?? asOf).slice(0, 10);
      if (fields[0] === 'SKU') columns = new Map(fields.map((name, index) => [name, index]));
      continue;
    }
    const positions = columns;
    add(tables, (name) => fields[positions.get(name) ?? -1] ?? '', offer);
  }
  if (columns === null) throw new Error(`reading ${url}: no header line`);
  return [...tables].map(([table, prices]) => ({
    id: `aws:${table}:${region}`,
    kind: 'instances',
    table,
    source: `AWS price list ${offer} ${region}`,
    asOf,
    payload: { skus: [...prices.keys()], regions: { [region]: [...prices.values()] } },
  }));
}

function add(tables: Map<string, Map<string, number>>, row: Row, offer: AwsOffer): void {
  if (row('TermType') !== 'OnDemand' || row('Unit') !== 'Hrs' || row('Currency') !== 'USD') return;
  const [table, sku] = entryOf[offer](row) ?? [];
  const price = Number(row('PricePerUnit'));
  if (table === undefined || sku === undefined || sku === '' || !(price > 0)) return;
  const prices = tables.get(table) ?? new Map<string, number>();
  tables.set(table, prices.set(sku, price));
}

const plainEngines: Record<string, string> = {
  MySQL: 'mysql',
  PostgreSQL: 'postgres',
  MariaDB: 'mariadb',
  'Aurora MySQL': 'aurora-mysql',
  'Aurora PostgreSQL': 'aurora-postgresql',
};
const sqlServerEditions: Record<string, string> = {
  Express: 'ex',
  Web: 'web',
  Standard: 'se',
  Enterprise: 'ee',
};

function rdsEngine(engine: string, edition: string, license: string): string | null {
  if (engine === 'SQL Server') {
    const short = sqlServerEditions[edition];
    return short === undefined || license !== 'License included' ? null : `sqlserver-${short}`;
  }
  if (engine !== 'Oracle') return plainEngines[engine] ?? null;
  const isIncluded = license === 'License included';
  if (edition === 'Standard Two') return isIncluded ? 'oracle-se2:li' : 'oracle-se2:byol';
  return edition === 'Enterprise' && !isIncluded ? 'oracle-ee:byol' : null;
}
