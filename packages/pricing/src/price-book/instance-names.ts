const namedSizes: Record<string, number> = {
  nano: 0.25,
  micro: 0.5,
  small: 1,
  medium: 2,
  large: 4,
  xlarge: 8,
};

/** The part of an instance name before its size: `m5` of `m5.large`, `db.r5` of `db.r5.large`. */
export function familyOf(sku: string): string {
  const parts = sku.split('.');
  const last = parts.at(-1);
  if (last === 'search') return `${parts.slice(0, -2).join('.')}.search`;
  return parts.slice(0, -1).join('.');
}

/** How large an instance is in comparison with a `small` one; `null` where the name does not say. */
export function sizeWeight(sku: string): number | null {
  const parts = sku.replace(/\.search$/, '').split('.');
  const size = parts.at(-1) ?? '';
  const multiple = /^(\d+)xlarge$/.exec(size);
  if (multiple !== null) return Number(multiple[1]) * 8;
  return namedSizes[size] ?? null;
}

/** The cloud a price key belongs to, its first word. */
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

/** The family that a newer one replaced on the same footing. */
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

/** `db.m5.large` for `db.m6i.large`; `null` for a family without a known predecessor. */
export function predecessorOf(sku: string): string | null {
  const [, prefix = '', family = '', size = ''] = /^(db\.|cache\.)?([a-z0-9]+)\.([a-z0-9]+)$/.exec(sku) ?? [];
  const older = predecessors[family];
  return older === undefined ? null : `${prefix}${older}.${size}`;
}

/** The machine a managed instance runs on: `m5.large` for `db.m5.large`. */
export function plainName(sku: string): string {
  return sku.replace(/^(db|cache)\./, '');
}
