import { DomainError } from '@deployment-engine/service';
import { mayTouchAll, type Principal, signedName } from './principal.ts';

/** Returns the first pattern of a caller's projects under which new ones can be named: `acme.*`, or `*`. */
export function tenantOf(principal: Principal): string {
  if (mayTouchAll(principal)) return '*';
  const pattern = principal.projects.find((one) => /^[^*]+\*$/.test(one));
  if (pattern !== undefined) return pattern;
  throw new DomainError(
    'forbidden',
    `naming what ${signedName(principal)} creates: none of its projects is a pattern that ends with *, such as acme.*; use a key with one`,
  );
}
