import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { embeddedBookPath } from '@deployment-engine/pricing';
import { waitFor } from '../../testing/wait.ts';
import { stageGate } from './staged-gate.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
let prices: Server;
let answerPrices: RequestListener = (_, response) => response.writeHead(503).end();

beforeAll(async () => {
  prices = createServer((request, response) => answerPrices(request, response)).listen(0, '127.0.0.1');
  await new Promise((listening) => prices.once('listening', listening));
  it = await startTestGateway({
    AWS_REGION: 'us-east-1',
    COST_EXCHANGE_RATES: 'EUR=0.5, GBP=0.25',
    COST_DISCOUNTS: 'aws_sqs_queue=50',
    PRICE_LIST_URLS: `aws=http://127.0.0.1:${(prices.address() as AddressInfo).port}`,
  });
});
afterAll(async () => {
  await it?.[Symbol.asyncDispose]();
  prices.closeAllConnections();
  await new Promise((closed) => prices.close(closed));
});

const nat = 'resource "aws_nat_gateway" "n" {\n  subnet_id = "s"\n}\n';
const queue = 'resource "aws_sqs_queue" "q" {\n}\n';
const natMonth = 32.85;
const price = (body: object) => it.client.post('/api/deploy/costs', body);

describe('pricing code from the body', () => {
  test('takes the region from the settings and stores nothing', async () => {
    const { status, body } = await price({ iacCode: nat });
    assert.equal(status, 200, JSON.stringify(body));
    expect(body.costs.total).toBe(natMonth);
    expect(body.costs.networking).toBe(natMonth);
    expect(body.source).toBe('code');
    expect(body.costs.priceBook.asOf).toMatch(/^\d{4}/);
    expect((await it.client.get('/api/deploy/projects')).body.projects).toStrictEqual([]);
  });

  test('lists a module from a registry instead of leaving it out', async () => {
    const code = `${nat}module "network" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n`;
    const { body } = await price({ iacCode: code });
    expect(body.costs.total).toBe(natMonth);
    const [listed] = body.costs.unpriced.filter(({ type }: { type: string }) => type === 'module');
    expect([listed.address, listed.reason]).toStrictEqual(['module.network', 'not_followed']);
    expect(listed.detail).toMatch(/terraform-aws-modules\/vpc\/aws/);
  });

  test('converts into a currency with a rate and refuses one without', async () => {
    const { body } = await price({ iacCode: nat, currency: 'EUR' });
    expect([body.costs.total, body.costs.currency]).toStrictEqual([16.425, 'EUR']);
    const refused = await price({ iacCode: nat, currency: 'JPY' });
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0].pointer).toBe('/currency');
  });

  test('counts variables, usage and discounts', async () => {
    const counted = nat.replace('{\n', '{\n  count = var.n\n');
    const { body } = await price({ iacCode: counted, variables: { n: 3 } });
    expect(body.costs.total).toBe(98.55);
    const usage = { resource_usage: { 'aws_sqs_queue.q': { monthly_requests: 11_000_000 } } };
    const used = await price({ iacCode: queue, usage });
    const full = await price({ iacCode: queue, usage, discounts: { aws_sqs_queue: 0 } });
    expect(full.body.costs.total).toBeGreaterThan(0);
    expect(used.body.costs.total).toBe(full.body.costs.total / 2);
    const files = {
      'main.tf': queue,
      'usage.yml': `version: 0.1\nresource_usage:\n  aws_sqs_queue.q:\n    monthly_requests: 11000000\n`,
    };
    expect((await price({ files })).body.costs.total).toBe(used.body.costs.total);
  });

  const broken = 'version: 0.1\nresource_usage:\n  a: [1\nb: 2\n';
  for (const [name, body, pointer, says] of [
    ['a broken usage file', { iacCode: nat, usage: broken }, '/usage', /line \d/],
    ['a broken usage.yml', { files: { 'a.tf': nat, 'usage.yml': broken } }, '/files/usage.yml', /line \d/],
    ['usage that is a number', { iacCode: nat, usage: 7 }, '/usage', /./],
    ['an unknown profile', { iacCode: nat, profile: 'huge' }, '/profile', /./],
    ['code that does not parse', { files: { 'x/a.tf': 'resource {{' } }, '/files/x~1a.tf', /does not parse/],
    ['no code', {}, '/iacCode', /missing/],
  ] as const)
    test(`refuses ${name} with a pointer to it`, async () => {
      const answer = await price(body);
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      expect(answer.body.errors[0].pointer).toBe(pointer);
      expect(answer.body.errors[0].detail).toMatch(says);
    });

  test('reports an unknown size, region or type as unknown, never as 0', async () => {
    const iacCode = `resource "aws_instance" "i" {\n  instance_type = "q9.mega"\n}\nresource "aws_made_up" "m" {\n}\n`;
    const { body } = await price({ iacCode });
    expect(body.costs.resources.map(({ status }: { status: string }) => status)).toStrictEqual([
      'partial',
      'unsupported',
    ]);
    const [component] = body.costs.resources[0].components;
    expect([component.monthlyCost, component.confidence]).toStrictEqual([null, 'unknown']);
    expect(new Set(body.costs.unpriced.map(({ address }: { address: string }) => address))).toStrictEqual(
      new Set(['aws_instance.i', 'aws_made_up.m']),
    );
    const elsewhere = await price({ iacCode: `provider "aws" {\n  region = "xx-nowhere-1"\n}\n${nat}` });
    expect(elsewhere.body.costs.resources[0].monthlyCost).toBe(null);
    expect(elsewhere.body.costs.confidence).toBe('unknown');
  });
});

describe('the price book', () => {
  const importBook = (text: string) =>
    it.client.request('POST', '/api/admin/price-book/import', text, {
      'content-type': 'application/x-ndjson',
    });
  const status = async () => (await it.client.get('/api/admin/price-book')).body;

  test('is the embedded one, is replaced by an import, and stays in use if another import is damaged', async () => {
    expect((await status()).origin).toBe('embedded');
    const text = readFileSync(embeddedBookPath, 'utf8');
    const damaged = await importBook(text.replace('0.096', '0.069'));
    expect(damaged.status).toBe(400);
    expect(damaged.body.detail).toMatch(/digest/);
    expect((await status()).origin).toBe('embedded');
    expect((await importBook(text)).status).toBe(200);
    expect((await status()).origin).toBe('installed');
    expect((await importBook('nothing')).status).toBe(400);
    expect((await price({ iacCode: nat })).body.costs.total).toBe(natMonth);
  });

  test('that is damaged on the disk is refused, and the previous prices stay in use', async () => {
    const { priceBookPath } = it.gateway.context.config;
    const good = readFileSync(priceBookPath);
    writeFileSync(priceBookPath, 'damaged\n');
    expect((await price({ iacCode: nat })).body.costs.total).toBe(natMonth);
    writeFileSync(priceBookPath, good);
  });

  test('that cannot be refreshed reports why and is unchanged', async () => {
    const before = await status();
    const started = await it.client.post('/api/admin/price-book/refresh', { sources: ['aws'] });
    expect(started.status).toBe(202);
    const ended = await waitFor('the refresh to end', async () => {
      const now = await status();
      return now.refresh.status === 'running' ? undefined : now;
    });
    expect(ended.refresh.status).toBe('failed');
    expect(ended.refresh.error).toMatch(/503/);
    expect(ended.sections).toStrictEqual(before.sections);
  });

  test('refreshed from a price list uses its prices', async () => {
    const columns = [
      'SKU',
      'TermType',
      'Unit',
      'PricePerUnit',
      'Currency',
      'Instance Type',
      'Operating System',
      'Tenancy',
      'License Model',
      'CapacityStatus',
      'Pre Installed S/W',
    ];
    const row = [
      'S1',
      'OnDemand',
      'Hrs',
      '0.5',
      'USD',
      'm5.large',
      'Linux',
      'Shared',
      'No License required',
      'Used',
      'NA',
    ];
    const list = [
      '"FormatVersion","v1.0"',
      '"Publication Date","2026-11-01T00:00:00Z"',
      columns.map((name) => `"${name}"`).join(','),
      row.join(','),
    ].join('\n');
    answerPrices = (request, response) =>
      response.end(request.url?.includes('AmazonEC2') ? list : '"SKU","TermType"\n');
    await it.client.post('/api/admin/price-book/refresh', { sources: ['aws'] });
    await waitFor('the refresh to complete', async () => (await status()).refresh.status === 'completed');
    const iacCode = 'resource "aws_instance" "i" {\n  instance_type = "m5.large"\n}\n';
    const { body } = await price({ iacCode });
    expect(body.costs.resources[0].components[0].unitPrice).toBe(0.5);
    expect(body.costs.priceBook.sections['aws:ec2:us-east-1'].asOf).toBe('2026-11-01');
  });

  test('is not refreshed from Google without a key', async () => {
    const answer = await it.client.post('/api/admin/price-book/refresh', { sources: ['google'] });
    expect(answer.status).toBe(400);
  });
});

describe('the command line', () => {
  const deployer = (...words: string[]) =>
    new Promise<{ code: number; text: string }>((resolve) => {
      const main = join(import.meta.dirname, '../../cli/src/main.ts');
      execFile(process.execPath, [main, '--url', it.url, ...words], (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
      );
    });

  test("shows a project's costs", async () => {
    await stageGate(it, { projectId: 'figures', files: { 'main.tf': nat } });
    const shown = await deployer('costs', 'show', 'figures', '--currency', 'EUR');
    assert.equal(shown.code, 0, shown.text);
    expect(shown.text).toMatch(/figures: 16\.43 EUR a month \(from the plan/);
    expect(shown.text).toMatch(/aws_nat_gateway\.n/);
    const refused = await deployer('costs', 'show', 'figures', '--profile', 'huge');
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/profile/);
  });

  test('imports a price book, refuses a damaged one and shows the status', async () => {
    const imported = await deployer('costs', 'pricebook', 'import', embeddedBookPath);
    assert.equal(imported.code, 0, imported.text);
    const refused = await deployer('costs', 'pricebook', 'import', import.meta.filename);
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/not a price book/);
    const status = await deployer('--json', 'costs', 'pricebook', 'status');
    expect(JSON.parse(status.text).origin).toBe('installed');
  });

  test('refreshes the prices, or reports why it could not', async () => {
    const refreshed = await deployer('costs', 'pricebook', 'refresh', '--sources', 'aws');
    assert.equal(refreshed.code, 0, refreshed.text);
    expect(refreshed.text).toMatch(/aws:ec2:us-east-1/);
    answerPrices = (_, response) => response.writeHead(503).end();
    const failed = await deployer('costs', 'pricebook', 'refresh', '--sources', 'aws');
    expect(failed.code).not.toBe(0);
    expect(failed.text).toMatch(/503.*the old prices stay in use/);
  });
});
