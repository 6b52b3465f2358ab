import type { Report } from '../errors.ts';
import { type Tree, textOf } from '../tree/tree.ts';

/** `eu-central-1`, `us-gov-west-1`: new regions of AWS need no new version. */
const pattern = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/;

/** Reads the name of a region, after variables. A text that can't be one is reported and read all the same. */
export function regionOf(tree: Tree | undefined, report: Report): string | undefined {
  const region = textOf(tree);
  if (!tree || region === undefined || pattern.test(region)) return region;
  const message = `${JSON.stringify(region)} is not the name of a region; write it like eu-central-1`;
  report.error('not_allowed_value', tree.place, message);
  return region;
}
