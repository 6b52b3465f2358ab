import { BlockList, isIP, isIPv4 } from 'node:net';
import { addRange, contains, isInternal, unmapped } from '@deployment-engine/service/addresses';

/** Ports that a host rule without a port opens. */
const webPorts = [80, 443];

/**
 * One entry of the allow-list. `host` is a name, or `*.` and a name for all its subdomains; `range` is an
 * address or a CIDR. Without a port, a name means 80 and 443, and a range means every port. `except` excludes
 * names that contain one of these labels, such as `.elb.`.
 */
export type AllowRule =
  | { kind: 'host'; host: string; port: number | null; except?: readonly string[] }
  | { kind: 'range'; range: string; port: number | null };

const hostPattern = /^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9])?)(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?$/;

/** Parses `*.amazonaws.com`, `db.example.org:5432`, `10.1.0.0/16`, `[fd00::1]:443`; otherwise `undefined`. */
export function parseAllowRule(text: string): AllowRule | undefined {
  const match = /^(?:\[([^\]]+)\]|([^[\]]+?))(\/\d{1,3})?(?::(\d{1,5}))?$/.exec(
    isIP(text) === 6 ? `[${text}]` : text.toLowerCase(),
  );
  if (!match) return undefined;
  const [, bracketed, bare = '', prefix = '', portText] = match;
  const name = bracketed ?? bare;
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) return undefined;
  if (isIP(name)) {
    if (Number(prefix.slice(1)) > (isIPv4(name) ? 32 : 128)) return undefined;
    return { kind: 'range', range: `${unmapped(name)}${prefix}`, port };
  }
  if (name === 'localhost' && !prefix) return { kind: 'range', range: '127.0.0.1', port };
  const isAddressLike = /^[\d.]+$/.test(name);
  return !prefix && hostPattern.test(name) && !isAddressLike
    ? { kind: 'host', host: name.replace(/\.$/, ''), port }
    : undefined;
}

export type AllowList = {
  /** Whether a request for this name or address may be resolved. */
  allowsName(host: string, port: number): boolean;
  /** Whether to connect to this address, which an allowed name resolved to. */
  allowsAddress(address: string, port: number): boolean;
};

/** Creates the allow-list. Internal addresses are open only to rules that give the address itself. */
export function createAllowList(rules: AllowRule[]): AllowList {
  const ranges = rules.flatMap((rule) => {
    if (rule.kind === 'host') return [];
    const list = new BlockList();
    addRange(list, rule.range);
    return [{ list, port: rule.port }];
  });
  const isListed = (address: string, port: number) =>
    ranges.some((range) => (range.port ?? port) === port && contains(range.list, unmapped(address)));
  return {
    allowsName: (host, port) =>
      isIP(unmapped(host)) !== 0
        ? isListed(host, port)
        : isListed(host === 'localhost' ? '127.0.0.1' : '', port) ||
          rules.some((rule) => rule.kind === 'host' && matches(rule, host, port)),
    allowsAddress: (address, port) => isListed(address, port) || !isInternal(address),
  };
}

/** Returns this machine's own open addresses with their ports; they are published inside the namespace. */
export function publishedPorts(rules: AllowRule[]): { address: string; port: number }[] {
  return rules.flatMap((rule) =>
    rule.kind === 'range' && rule.port !== null && /^(127\.\d+\.\d+\.\d+|::1)$/.test(rule.range)
      ? [{ address: rule.range, port: rule.port }]
      : [],
  );
}

function matches(rule: Extract<AllowRule, { kind: 'host' }>, host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  const isOpen = rule.port === null ? webPorts.includes(port) : rule.port === port;
  if (rule.except?.some((labels) => `.${name}.`.includes(labels))) return false;
  return isOpen && (rule.host.startsWith('*.') ? name.endsWith(rule.host.slice(1)) : name === rule.host);
}
