import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { addRange, contains, isInternal, unmapped } from './addresses.ts';

test.each([
  ['0.0.0.0', '0.255.255.255', '1.0.0.0'],
  ['10.0.0.0', '10.255.255.255', '11.0.0.0'],
  ['100.64.0.0', '100.127.255.255', '100.128.0.0'],
  ['127.0.0.0', '127.255.255.255', '128.0.0.0'],
  ['169.254.0.0', '169.254.255.255', '169.255.0.0'],
  ['172.16.0.0', '172.31.255.255', '172.32.0.0'],
  ['192.0.0.0', '192.0.0.255', '192.0.1.0'],
  ['192.168.0.0', '192.168.255.255', '192.169.0.0'],
  ['198.18.0.0', '198.19.255.255', '198.20.0.0'],
  ['224.0.0.0', '255.255.255.255', '223.255.255.255'],
  ['168.63.129.16', '168.63.129.16', '168.63.129.17'],
  ['::', '::fffe:ffff', '0:0:1::'],
  ['64:ff9b::', '64:ff9b::ffff:ffff', '64:ff9a::'],
  ['64:ff9b:1::', '64:ff9b:1:ffff::', '64:ff9b:2::'],
  ['100::', '100::ffff', '100:0:0:1::'],
  ['2002::', '2002:ffff::', '2003::'],
  ['fc00::', 'fdff::', 'fbff::'],
  ['fe80::', 'febf::', 'fe7f::'],
  ['fec0::', 'ffff::', 'fe00::'],
])('addresses from %s to %s are internal, %s is not', (first, last, outside) => {
  expect([first, isInternal(first)]).toStrictEqual([first, true]);
  expect([last, isInternal(last)]).toStrictEqual([last, true]);
  expect([outside, isInternal(outside)]).toStrictEqual([outside, false]);
});

test('addresses of this machine are internal in each of their spellings', () => {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  for (const { address, family } of own) {
    expect(isInternal(address)).toBe(true);
    expect(isInternal(family === 'IPv4' ? `::ffff:${address}` : `[${address}]`)).toBe(true);
  }
  expect(isInternal('example.org')).toBe(false);
});

test.each([
  ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255'], ['11.0.0.0', '::a00:0']],
  ['10.0.0.1', ['10.0.0.1'], ['10.0.0.0', '10.0.0.2']],
  ['10.0.0.0/0', ['1.2.3.4'], ['::1']],
  ['fd00::/16', ['fd00::1', 'fd00:ffff::'], ['fd01::', '10.0.0.1']],
  ['fd00::1', ['fd00::1'], ['fd00::', 'fd00::2']],
])('the range %s contains %j, and not %j', (range, inside, outside) => {
  const list = new BlockList();
  addRange(list, range);
  for (const address of inside) expect([address, contains(list, address)]).toStrictEqual([address, true]);
  for (const address of [...outside, '', 'x', 'example.org'])
    expect([address, contains(list, address)]).toStrictEqual([address, false]);
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::ffff:a00:1', '10.0.0.1'],
  ['::FFFF:FFFE:1', '255.254.0.1'],
  ['::ffff:1:203', '0.1.2.3'],
  ['[::ffff:10.0.0.1]', '10.0.0.1'],
  ['[FD00:0::1]', 'fd00::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['1::ffff:a00:1', '1::ffff:a00:1'],
  ['::ffff:0:a00:1', '::ffff:0:a00:1'],
  ['::1', '::1'],
  ['example.org', 'example.org'],
  ['a[b]c', 'a[b]c'],
])('%s is the address %s', (address, expected) => {
  expect(unmapped(address)).toBe(expected);
});
