import type { stateDiffSchema } from '@deployment-engine/contracts';
import type { z } from 'zod';
import { attributeLines } from './attribute-lines.ts';
import { paint } from './paint.ts';
import { printable } from './printable.ts';

type StateDiff = z.infer<typeof stateDiffSchema>;

/** Renders what differs between two versions of a state, by resource and attribute. */
export function stateDiffText({ projectId, from, to, added, removed, changed }: StateDiff): string {
  const head = `${projectId}: version ${from.id} (serial ${from.serial}) -> ${to.id} (serial ${to.serial})`;
  const lines = [
    ...added.map((address) => `${paint('+')} ${printable(address)}`),
    ...removed.map((address) => `${paint('-')} ${printable(address)}`),
    ...changed.flatMap(changeLines),
  ];
  return [head, ...(lines.length > 0 ? lines : ['no differences'])].join('\n');
}

function changeLines({ address, attributes }: StateDiff['changed'][number]): string[] {
  const before = Object.fromEntries(attributes.map((each) => [each.path, each.before]));
  const after = Object.fromEntries(attributes.map((each) => [each.path, each.after]));
  const lines = attributeLines({ before, after, unknown: {} });
  return [
    `${paint('~')} ${printable(address)}`,
    ...lines.map(({ sign, text }) => `    ${paint(sign)} ${text}`.trimEnd()),
  ];
}
