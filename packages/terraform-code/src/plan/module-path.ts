/** `module.a["x"].aws_instance.b[0]` → `module.a.aws_instance.b`. Keys may hold dots and escaped quotes. */
export function withoutKeys(address: string): string {
  if (!address.includes('[')) return address;
  return address.replace(/\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/g, '');
}

/** `module.a["x.y"].module.b[0]` → `['a', 'b']`. */
export function moduleNames(moduleAddress: string): string[] {
  return withoutKeys(moduleAddress)
    .split('.')
    .filter((_, index) => index % 2 === 1);
}
