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
