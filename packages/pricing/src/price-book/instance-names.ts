const namedSizes: Record<string, number> = {
  nano: 0.25,
  micro: 0.5,
  small: 1,
  medium: 2,
  large: 4,
  xlarge: 8,
};

/** Returns the part of an instance name before its size: `m5` of `m5.large`, `db.r5` of `db.r5.large`. */
export function familyOf(sku: string): string {
  const parts = sku.split('.');
  const last = parts.at(-1);
  if (last === 'search') return `${parts.slice(0, -2).join('.')}.search`;
  return parts.slice(0, -1).join('.');
}

/** Returns an instance's size relative to `small`; `null` if the name does not show it. */
export function sizeWeight(sku: string): number | null {
  const parts = sku.replace(/\.search$/, '').split('.');
  const size = parts.at(-1) ?? '';
  const multiple = /^(\d+)xlarge$/.exec(size);
  if (multiple !== null) return Number(multiple[1]) * 8;
  return namedSizes[size] ?? null;
}

/** Returns the cloud of a price key, its first word. */
export function cloudOf(key: string): string {
  return key.slice(0, key.indexOf('.'));
}

export function cloudOfTable(table: string): string {
  return /^(azure|google)-/.exec(table)?.[1] ?? 'aws';
}

/** Licences, EBS surcharges and dense compute nodes do not grow with size. */
export function isLinear(table: string, sku: string): boolean {
  return (
    !/^ec2-(windows|ebs-optimised)$/.test(table) && !/^(azure|google)-/.test(table) && !sku.startsWith('dc2.')
  );
}

/** Maps a family to its predecessor with comparable prices. */
const predecessors: Record<string, string> = {
  m6i: 'm5',
  m7i: 'm5',
  m7g: 'm6g',
  m8g: 'm6g',
  r6i: 'r5',
  r7i: 'r5',
  r7g: 'r6g',
  r8g: 'r6g',
  t4g: 't3',
};

/** Returns `db.m5.large` for `db.m6i.large`; `null` for a family without a known predecessor. */
export function predecessorOf(sku: string): string | null {
  const [, prefix = '', family = '', size = ''] = /^(db\.|cache\.)?([a-z0-9]+)\.([a-z0-9]+)$/.exec(sku) ?? [];
  const older = predecessors[family];
  return older === undefined ? null : `${prefix}${older}.${size}`;
}

/** Returns the plain instance of a managed one: `m5.large` for `db.m5.large`. */
export function plainName(sku: string): string {
  return sku.replace(/^(db|cache)\./, '');
}
