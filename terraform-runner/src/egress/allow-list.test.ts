import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { isInternal, unmapped } from '@deployment-engine/service/addresses';
import { createAllowList, parseAllowRule, publishedPorts } from './allow-list.ts';
import { defaultRules } from './default-rules.ts';
import { resolveAllowed } from './resolve.ts';

const listOf = (...texts: string[]) =>
  createAllowList(texts.flatMap((text) => parseAllowRule(text) ?? assert.fail(text)));

test('a rule is a host, a wildcard, an address or a CIDR, with or without a port', () => {
  for (const [text, expected] of [
    ['*.amazonaws.com', { kind: 'host', host: '*.amazonaws.com', port: null }],
    ['DB.example.org:5432', { kind: 'host', host: 'db.example.org', port: 5432 }],
    ['10.1.0.0/16', { kind: 'range', range: '10.1.0.0/16', port: null }],
    ['10.1.2.3:80', { kind: 'range', range: '10.1.2.3', port: 80 }],
    ['[fd00::1]:443', { kind: 'range', range: 'fd00::1', port: 443 }],
    ['fd00::1', { kind: 'range', range: 'fd00::1', port: null }],
    ['fd00::/8', { kind: 'range', range: 'fd00::/8', port: null }],
    ['::ffff:10.0.0.1', { kind: 'range', range: '10.0.0.1', port: null }],
    ['localhost:5000', { kind: 'range', range: '127.0.0.1', port: 5000 }],
    ['10.0.0.0/8:443', { kind: 'range', range: '10.0.0.0/8', port: 443 }],
    ['10.0.0.1/32', { kind: 'range', range: '10.0.0.1/32', port: null }],
    ['[fd00::]/64:443', { kind: 'range', range: 'fd00::/64', port: 443 }],
    ['FD00::1/128', { kind: 'range', range: 'fd00::1/128', port: null }],
    ['x.org:1', { kind: 'host', host: 'x.org', port: 1 }],
    ['x.org:65535', { kind: 'host', host: 'x.org', port: 65_535 }],
    ['x.org.', { kind: 'host', host: 'x.org', port: null }],
    ['*.x.org.', { kind: 'host', host: '*.x.org', port: null }],
    ['_a-b_c.1x.org', { kind: 'host', host: '_a-b_c.1x.org', port: null }],
    ['a', { kind: 'host', host: 'a', port: null }],
    ['1.2.3.x', { kind: 'host', host: '1.2.3.x', port: null }],
  ] as const)
    assert.deepEqual(parseAllowRule(text), expected, text);
  for (const text of [
    '',
    '*',
    '*.',
    'a b',
    'http://x.org',
    'x.org/8',
    '10.0.0.0/33',
    'x.org:0',
    'x:99999',
    '1.2.3',
    'a..b',
    '*.*.org',
    'x.*.org',
    '*x.org',
    '*.-x.org',
    '-x.org',
    'x-.org',
    'x.-y',
    'x.y-',
    'x..',
    '.x',
    'x.o!',
    '!x.org',
    '[fd00::1',
    'fd00::1]',
    'x[fd00::1]',
    '[fd00::1]x',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/1000',
    '10.0.0.1:',
    '10.0.0.1:x',
    'x.org:65536',
    'x.org:123456',
    'x.org:1:2',
    'x.org:80/8',
    'localhost/8',
    '1.2.3.4.5',
    '1.2',
  ])
    assert.equal(parseAllowRule(text), undefined, text);
});

test('a wildcard opens what is below it on the web ports, and nothing that only looks like it', () => {
  const list = listOf('*.amazonaws.com', 'db.example.org:5432');
  assert.ok(list.allowsName('s3.eu-west-1.amazonaws.com', 443));
  assert.ok(list.allowsName('S3.AmazonAWS.com.', 443));
  assert.ok(list.allowsName('db.example.org', 5432));
  for (const [host, port] of [
    ['amazonaws.com', 443],
    ['evilamazonaws.com', 443],
    ['amazonaws.com.evil.org', 443],
    ['s3.amazonaws.com', 22],
    ['db.example.org', 443],
    ['93.184.216.34', 443],
    ['localhost', 443],
  ] as const)
    assert.ok(!list.allowsName(host, port), `${host}:${port}`);
});

test("the defaults open the clouds' APIs, not their customers' machines, until a rule names one", () => {
  const defaults = createAllowList(defaultRules(true));
  for (const api of ['ec2.us-east-1.amazonaws.com', 'rds.eu-west-1.amazonaws.com', 'b.s3.amazonaws.com'])
    assert.ok(defaults.allowsName(api, 443), api);
  for (const machine of [
    'ec2-1-2-3-4.compute-1.amazonaws.com',
    'ec2-1-2-3-4.eu-west-1.compute.amazonaws.com',
    'x-1.us-east-1.elb.amazonaws.com',
    'abc.execute-api.us-east-1.amazonaws.com.',
    'me.westeurope.cloudapp.azure.com',
  ])
    assert.ok(!defaults.allowsName(machine, 443), machine);
  const own = parseAllowRule('x-1.us-east-1.elb.amazonaws.com') ?? assert.fail();
  assert.ok(createAllowList([...defaultRules(true), own]).allowsName('x-1.us-east-1.elb.amazonaws.com', 443));
});

test.each([
  [
    'Azure',
    [
      'management.azure.com',
      'login.microsoftonline.com',
      'graph.microsoft.com',
      'vault-1.vault.azure.net',
      'account1.blob.core.windows.net',
      'config1.azconfig.io',
    ],
    [
      'azure.com.evil.org',
      'login.microsoftonline.com.evil.org',
      'x.login.microsoftonline.com',
      'app1.azurewebsites.net',
    ],
    [
      'vm.westeurope.cloudapp.azure.com',
      'model.westeurope.inference.ml.azure.com',
      'x.azurecontainerapps.io',
      'registry1.azurecr.io',
    ],
  ],
  [
    'Google',
    [
      'compute.googleapis.com',
      'oauth2.googleapis.com',
      'sts.googleapis.com',
      'iamcredentials.googleapis.com',
      'storage.googleapis.com',
      'europe-west1-run.googleapis.com',
      'accounts.google.com',
    ],
    ['googleapis.com', 'googleapis.com.evil.org', 'evilgoogleapis.com', 'mail.google.com'],
    ['shop-1.a.run.app', 'europe-west1-shop-1.cloudfunctions.net', 'shop-1.appspot.com'],
  ],
])(
  'the defaults open the APIs of %s that its provider calls, and nothing beside them',
  (_cloud, apis, others, machines) => {
    const defaults = createAllowList(defaultRules(true));
    const open = [...apis, ...others, ...machines].filter((host) => defaults.allowsName(host, 443));
    expect(open).toStrictEqual(apis);
    expect(
      apis.filter((host) => defaults.allowsName(host, 22) || defaults.allowsName(host, 8080)),
    ).toStrictEqual([]);
  },
);

test('addresses that lead inside are open only where a rule names them', () => {
  const open = listOf('*.example.org');
  const listed = listOf('*.example.org', '10.1.0.0/16', '127.0.0.1:5000');
  for (const address of [
    '127.0.0.1',
    '127.9.9.9',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.1.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '::ffff:169.254.169.254',
    '::ffff:7f00:1',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '168.63.129.16',
  ])
    assert.ok(!open.allowsAddress(address, 443), address);
  assert.ok(open.allowsAddress('93.184.216.34', 443));
  assert.ok(open.allowsAddress('2606:2800:220:1::1', 443));
  assert.ok(listed.allowsAddress('10.1.2.3', 443));
  assert.ok(listed.allowsAddress('::ffff:10.1.2.3', 443));
  assert.ok(!listed.allowsAddress('10.2.2.3', 443));
  assert.ok(listed.allowsAddress('127.0.0.1', 5000));
  assert.ok(!listed.allowsAddress('127.0.0.1', 5001));
});

test("every address of the engine's own machine counts as internal", () => {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  for (const { address } of own) assert.ok(isInternal(address), address);
  expect(unmapped('[::FFFF:0a00:0001]')).toBe('10.0.0.1');
});

test('an allowed name that leads inside is denied', async () => {
  const list = listOf('localhost.localdomain', 'ip6-localhost', '*.localhost');
  for (const name of ['ip6-localhost', 'anything.localhost'])
    assert.notEqual((await resolveAllowed(list, name, 443)).kind, 'open', name);
  expect(await resolveAllowed(listOf('127.0.0.1:5000'), 'localhost', 5000)).toStrictEqual({
    kind: 'open',
    addresses: ['127.0.0.1'],
  });
  for (const spelling of ['2130706433', '0x7f000001', '127.1', '0177.0.0.1'])
    assert.equal((await resolveAllowed(list, spelling, 443)).kind, 'denied', spelling);
});

test('an address is open on the port of its rule, or on every port; a name does not open it', () => {
  const list = listOf('10.0.0.1', '10.0.0.2:80', '[fd00::1]:443', 'localhost:5000', '*.2');
  for (const [host, port, isOpen] of [
    ['10.0.0.1', 1, true],
    ['10.0.0.2', 80, true],
    ['10.0.0.2', 81, false],
    ['10.0.0.3', 80, false],
    ['[fd00::1]', 443, true],
    ['[fd00::1]', 444, false],
    ['::ffff:10.0.0.2', 80, true],
    ['localhost', 5000, true],
    ['localhost', 5001, false],
    ['example.org', 5000, false],
    ['93.184.216.2', 443, false],
  ] as const)
    assert.equal(list.allowsName(host, port), isOpen, `${host}:${port}`);
});

test('a name is open on the port of its rule, or on the web ports', () => {
  const list = listOf('a.org', 'b.org:22');
  for (const [host, port, isOpen] of [
    ['a.org', 80, true],
    ['a.org', 443, true],
    ['a.org', 22, false],
    ['A.org.', 443, true],
    ['x.a.org', 443, false],
    ['b.org', 22, true],
    ['b.org', 443, false],
    ['', 443, false],
  ] as const)
    assert.equal(list.allowsName(host, port), isOpen, `${host}:${port}`);
});

test('only loopback addresses with a port are published inside', () => {
  const texts = ['127.0.0.1:5000', 'localhost:80', '127.0.0.2', '10.0.0.1:90', 'x.org:1', '[::1]:70'];
  const others = ['127.0.0.0/8:1', '[::1]/128:1', '[::12]:1', '[1::1]:1', '[fd00::1]:1', '::1'];
  const rules = [...texts, ...others].flatMap((text) => parseAllowRule(text) ?? assert.fail(text));
  expect(publishedPorts(rules)).toStrictEqual([
    { address: '127.0.0.1', port: 5000 },
    { address: '127.0.0.1', port: 80 },
    { address: '::1', port: 70 },
  ]);
  const own = ['127.10.0.1:1', '127.0.10.1:1', '127.0.0.10:1'];
  expect(publishedPorts(own.flatMap((text) => parseAllowRule(text) ?? []))).toHaveLength(3);
});
