import type { Values } from './normalised-resource.ts';

const awsZone = /^([a-z]{2}(?:-[a-z]+)+-\d)[a-z]$/;
const awsArn = /^arn:[^:]+:[^:]*:([a-z0-9-]+):/;
const googleZone = /^([a-z]+-[a-z]+\d)-[a-z]$/;

/** Returns the region in a resource's own attributes, or `null`. */
export function regionOf(type: string, values: Values): string | null {
  if (type.startsWith('azurerm_')) return azureRegion(values.location);
  if (type.startsWith('google_')) return googleRegion(values);
  const zone = awsZone.exec(text(values.availability_zone) ?? '');
  const arn = awsArn.exec(text(values.arn) ?? '');
  return text(values.region) ?? zone?.[1] ?? arn?.[1] ?? null;
}

/** `West Europe` and `westeurope` are the same region. */
function azureRegion(location: unknown): string | null {
  return text(location)?.toLowerCase().replaceAll(' ', '') ?? null;
}

function googleRegion(values: Values): string | null {
  for (const name of ['region', 'zone', 'location']) {
    const value = text(values[name])?.split('/').at(-1)?.toLowerCase();
    if (value !== undefined) return googleZone.exec(value)?.[1] ?? value;
  }
  return null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
