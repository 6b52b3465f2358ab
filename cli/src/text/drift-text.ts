import type { DriftedResource } from '@deployment-engine/contracts';
import { attributeLines } from './attribute-lines.ts';
import { printable } from './printable.ts';

/** Renders what differs from the stored state, by resource and attribute. */
export function driftText(name: string, resources: DriftedResource[]): string {
  if (resources.length === 0) return `${name}: no drift`;
  return [`${name}: drift in ${resources.length}`, ...resources.map(resourceText)].join('\n');
}

function resourceText({ address, action, attributes }: DriftedResource): string {
  const before = Object.fromEntries(attributes.map((each) => [each.path, each.before]));
  const after = Object.fromEntries(attributes.map((each) => [each.path, each.after]));
  const lines = attributeLines({ before, after, unknown: {} }).map(({ sign, text }) => `    ${sign} ${text}`);
  return [`  ${printable(address)} (${action})`, ...lines].join('\n');
}
