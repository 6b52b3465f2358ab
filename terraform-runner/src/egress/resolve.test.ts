import assert from 'node:assert/strict';
import { createAllowList, parseAllowRule } from './allow-list.ts';
import { resolveAllowed } from './resolve.ts';

const listOf = (...texts: string[]) =>
  createAllowList(texts.flatMap((text) => parseAllowRule(text) ?? assert.fail(text)));
const list = listOf('*.example.org', '10.1.0.0/16:5432', '127.0.0.1:5000');
const outside = '93.184.216.34';
const resolvesTo =
  (...addresses: string[]) =>
  async () =>
    addresses;
const noLookup = async (host: string) => assert.fail(`${host} was looked up`);

test('a name that has only addresses outside is open, and what is connected to is these addresses', async () => {
  const addresses = [outside, '2606:2800:220:1::1'];
  expect(await resolveAllowed(list, 'api.example.org', 443, resolvesTo(...addresses))).toStrictEqual({
    kind: 'open',
    addresses,
  });
});

for (const inside of ['10.9.0.1', '127.0.0.1', '169.254.169.254', '::1', 'fd00::1', '::ffff:192.168.0.1'])
  test(`a name with a public address and ${inside} is denied, whatever their order`, async () => {
    for (const addresses of [
      [outside, inside],
      [inside, outside],
      [outside, outside, inside],
    ])
      expect(await resolveAllowed(list, 'api.example.org', 443, resolvesTo(...addresses))).toStrictEqual({
        kind: 'denied',
      });
  });

test('a name may lead to an inside address that a rule names, on its port only', async () => {
  const both = resolvesTo(outside, '10.1.2.3');
  expect(
    (await resolveAllowed(listOf('*.example.org', '10.1.0.0/16'), 'a.example.org', 443, both)).kind,
  ).toBe('open');
  expect((await resolveAllowed(list, 'a.example.org', 443, both)).kind).toBe('denied');
  const other = listOf('*.example.org:5432', '10.1.0.0/16:443');
  expect((await resolveAllowed(other, 'a.example.org', 5432, both)).kind).toBe('denied');
});

test('a name that is not allowed is not even looked up', async () => {
  for (const [host, port] of [
    ['evil.org', 443],
    ['api.example.org', 22],
    ['localhost', 443],
    ['10.9.0.1', 5432],
  ] as const)
    assert.deepEqual(await resolveAllowed(list, host, port, noLookup), { kind: 'denied' }, host);
});

test('an address and localhost are taken as they are, never looked up', async () => {
  expect(await resolveAllowed(list, '10.1.2.3', 5432, noLookup)).toStrictEqual({
    kind: 'open',
    addresses: ['10.1.2.3'],
  });
  expect(await resolveAllowed(list, '::ffff:10.1.2.3', 5432, noLookup)).toStrictEqual({
    kind: 'open',
    addresses: ['10.1.2.3'],
  });
  expect(await resolveAllowed(list, 'localhost', 5000, noLookup)).toStrictEqual({
    kind: 'open',
    addresses: ['127.0.0.1'],
  });
});

test('a name without an address is unknown, with the reason', async () => {
  const missing = async () => {
    throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
  };
  expect(await resolveAllowed(list, 'a.example.org', 443, missing)).toStrictEqual({
    kind: 'unknown',
    problem: 'ENOTFOUND',
  });
  const failing = async () => {
    throw new Error('no');
  };
  expect(await resolveAllowed(list, 'a.example.org', 443, failing)).toStrictEqual({
    kind: 'unknown',
    problem: 'Error: no',
  });
});

test('without another lookup the system resolves a name to all its addresses', async () => {
  const name = '127.1'; // no network is needed: the system's resolver takes it as an address
  const ownList = createAllowList([
    { kind: 'host', host: name, port: 443 },
    { kind: 'range', range: '127.0.0.1', port: 443 },
  ]);
  expect(await resolveAllowed(ownList, name, 443)).toStrictEqual({ kind: 'open', addresses: ['127.0.0.1'] });
});
