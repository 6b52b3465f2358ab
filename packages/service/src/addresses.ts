import { BlockList, isIP, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Address ranges that no host name may resolve to: this machine, private networks, cloud metadata services.
 * Source: https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
 */
const internalRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32', // Azure's wire server
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];
const internal = new BlockList();
for (const range of internalRanges) addRange(internal, range);

/** Whether only a rule with a literal address opens it: it is internal, or this machine's own. */
export function isInternal(address: string): boolean {
  const plain = unmapped(address);
  if (contains(internal, plain)) return true;
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return own.some((entry) => unmapped(entry.address) === plain);
}

/** Adds `10.0.0.0/8` or a single address; without a prefix length, all bits count. */
export function addRange(list: BlockList, range: string): void {
  const [address = '', prefix] = range.split('/');
  const bits = prefix === undefined ? (isIPv4(address) ? 32 : 128) : Number(prefix);
  list.addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6');
}

export function contains(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** Normalises an address: IPv4-mapped IPv6 becomes IPv4, brackets and zone are removed. */
export function unmapped(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!mapped) return canonical;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
