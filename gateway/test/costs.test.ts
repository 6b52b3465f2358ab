import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { waitFor } from '../../e2e/support/wait.ts';
import { embeddedBookPath } from '../src/costs/pricing/price-book/load-price-book.ts';
import { stageGate } from './staged-gate.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
let prices: Server;
let answerPrices: RequestListener = (_, response) => response.writeHead(503).end();

before(async () => {
  prices = createServer((request, response) => answerPrices(request, response)).listen(0, '127.0.0.1');
  await new Promise((listening) => prices.once('listening', listening));
  it = await startTestGateway({
    AWS_REGION: 'us-east-1',
    COST_EXCHANGE_RATES: 'EUR=0.5, GBP=0.25',
    COST_DISCOUNTS: 'aws_sqs_queue=50',
    PRICE_LIST_URLS: `aws=http://127.0.0.1:${(prices.address() as AddressInfo).port}`,
  });
});
after(async () => {
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
    assert.equal(body.costs.total, natMonth);
    assert.equal(body.costs.networking, natMonth);
    assert.equal(body.source, 'code');
    assert.match(body.costs.priceBook.asOf, /^\d{4}/);
    assert.deepEqual((await it.client.get('/api/deploy/projects')).body.projects, []);
  });

  test('lists a module from a registry instead of leaving it out', async () => {
    const code = `${nat}module "network" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n`;
    const { body } = await price({ iacCode: code });
    assert.equal(body.costs.total, natMonth);
    const [listed] = body.costs.unpriced.filter(({ type }: { type: string }) => type === 'module');
    assert.deepEqual([listed.address, listed.reason], ['module.network', 'not_followed']);
    assert.match(listed.detail, /terraform-aws-modules\/vpc\/aws/);
  });

  test('converts into a currency with a rate and refuses one without', async () => {
    const { body } = await price({ iacCode: nat, currency: 'EUR' });
    assert.deepEqual([body.costs.total, body.costs.currency], [16.425, 'EUR']);
    const refused = await price({ iacCode: nat, currency: 'JPY' });
    assert.equal(refused.status, 400);
    assert.equal(refused.body.errors[0].pointer, '/currency');
  });

  test('counts variables, usage and discounts', async () => {
    const counted = nat.replace('{\n', '{\n  count = var.n\n');
    const { body } = await price({ iacCode: counted, variables: { n: 3 } });
    assert.equal(body.costs.total, 98.55);
    const usage = { resource_usage: { 'aws_sqs_queue.q': { monthly_requests: 11_000_000 } } };
    const used = await price({ iacCode: queue, usage });
    const full = await price({ iacCode: queue, usage, discounts: { aws_sqs_queue: 0 } });
    assert.ok(full.body.costs.total > 0);
    assert.equal(used.body.costs.total, full.body.costs.total / 2);
    const files = {
      'main.tf': queue,
      'usage.yml': `version: 0.1\nresource_usage:\n  aws_sqs_queue.q:\n    monthly_requests: 11000000\n`,
    };
    assert.equal((await price({ files })).body.costs.total, used.body.costs.total);
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
    test(`refuses ${name} and says where`, async () => {
      const answer = await price(body);
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      assert.equal(answer.body.errors[0].pointer, pointer);
      assert.match(answer.body.errors[0].detail, says);
    });

  test('calls an unknown size, an unknown region and an unknown type unknown, never 0', async () => {
    const iacCode = `resource "aws_instance" "i" {\n  instance_type = "q9.mega"\n}\nresource "aws_made_up" "m" {\n}\n`;
    const { body } = await price({ iacCode });
    assert.deepEqual(
      body.costs.resources.map(({ status }: { status: string }) => status),
      ['partial', 'unsupported'],
    );
    const [component] = body.costs.resources[0].components;
    assert.deepEqual([component.monthlyCost, component.confidence], [null, 'unknown']);
    assert.deepEqual(
      new Set(body.costs.unpriced.map(({ address }: { address: string }) => address)),
      new Set(['aws_instance.i', 'aws_made_up.m']),
    );
    const elsewhere = await price({ iacCode: `provider "aws" {\n  region = "xx-nowhere-1"\n}\n${nat}` });
    assert.equal(elsewhere.body.costs.resources[0].monthlyCost, null);
    assert.equal(elsewhere.body.costs.confidence, 'unknown');
  });
});

describe('the price book', () => {
  const importBook = (text: string) =>
    it.client.request('POST', '/api/admin/price-book/import', text, {
      'content-type': 'application/x-ndjson',
    });
  const status = async () => (await it.client.get('/api/admin/price-book')).body;

  test('is the embedded one, replaced by an import, kept when another is damaged', async () => {
    assert.equal((await status()).origin, 'embedded');
    const text = readFileSync(embeddedBookPath, 'utf8');
    const damaged = await importBook(text.replace('0.096', '0.069'));
    assert.equal(damaged.status, 400);
    assert.match(damaged.body.detail, /digest/);
    assert.equal((await status()).origin, 'embedded');
    assert.equal((await importBook(text)).status, 200);
    assert.equal((await status()).origin, 'installed');
    assert.equal((await importBook('nothing')).status, 400);
    assert.equal((await price({ iacCode: nat })).body.costs.total, natMonth);
  });

  test('that is damaged on the disk is refused, the prices before it stay', async () => {
    const { priceBookPath } = it.gateway.context.config;
    const good = readFileSync(priceBookPath);
    writeFileSync(priceBookPath, 'damaged\n');
    assert.equal((await price({ iacCode: nat })).body.costs.total, natMonth);
    writeFileSync(priceBookPath, good);
  });

  test('that cannot be refreshed says why and stays', async () => {
    const before = await status();
    const started = await it.client.post('/api/admin/price-book/refresh', { sources: ['aws'] });
    assert.equal(started.status, 202);
    const ended = await waitFor('the refresh to end', async () => {
      const now = await status();
      return now.refresh.status === 'running' ? undefined : now;
    });
    assert.equal(ended.refresh.status, 'failed');
    assert.match(ended.refresh.error, /503/);
    assert.deepEqual(ended.sections, before.sections);
  });

  test('refreshed from a price list prices by it', async () => {
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
    assert.equal(body.costs.resources[0].components[0].unitPrice, 0.5);
    assert.equal(body.costs.priceBook.sections['aws:ec2:us-east-1'].asOf, '2026-11-01');
  });

  test('is not refreshed from Google without a key', async () => {
    const answer = await it.client.post('/api/admin/price-book/refresh', { sources: ['google'] });
    assert.equal(answer.status, 400);
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
    assert.match(shown.text, /figures: 16\.43 EUR a month \(from the plan/);
    assert.match(shown.text, /aws_nat_gateway\.n/);
    const refused = await deployer('costs', 'show', 'figures', '--profile', 'huge');
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /profile/);
  });

  test('imports a price book, refuses a damaged one and tells the status', async () => {
    const imported = await deployer('costs', 'pricebook', 'import', embeddedBookPath);
    assert.equal(imported.code, 0, imported.text);
    const refused = await deployer('costs', 'pricebook', 'import', import.meta.filename);
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /not a price book/);
    const status = await deployer('--json', 'costs', 'pricebook', 'status');
    assert.equal(JSON.parse(status.text).origin, 'installed');
  });

  test('refreshes the prices, and says why it could not', async () => {
    const refreshed = await deployer('costs', 'pricebook', 'refresh', '--sources', 'aws');
    assert.equal(refreshed.code, 0, refreshed.text);
    assert.match(refreshed.text, /aws:ec2:us-east-1/);
    answerPrices = (_, response) => response.writeHead(503).end();
    const failed = await deployer('costs', 'pricebook', 'refresh', '--sources', 'aws');
    assert.notEqual(failed.code, 0);
    assert.match(failed.text, /503.*the old ones stay/);
  });
});
