import { createHash } from 'node:crypto';

/** The engine's limit on project ids. */
const maxLength = 64;
const digestLength = 8;

/**
 * Returns the id of a component's project: its names joined with dots. One that is too long is cut and ends in
 * a digest of the whole, so that it is unique and always the same.
 */
export function projectId(...names: string[]): string {
  const id = names.join('.');
  if (id.length <= maxLength) return id;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, digestLength);
  return `${id.slice(0, maxLength - digestLength - 1)}-${digest}`;
}
