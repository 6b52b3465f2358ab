import type { Instance } from '../components/component.ts';
import { type Place, placeText, type Report } from '../errors.ts';
import { at, textOf } from '../tree/tree.ts';
import type { Directory } from './directory.ts';
import { reportNoReference } from './find-target.ts';

const idPattern = /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*(?:@[a-z0-9-]+)?$/;

/**
 * Reports a `movedFrom` that is not the id of a component, that names a component which still exists, or that another one
 * has too: both would take over the same objects.
 */
export function checkMoves(instances: Instance[], directory: Directory, report: Report): void {
  const ids = new Set(instances.map(({ id }) => id));
  const takers = new Map<string, Place>();
  for (const { id, source } of instances) {
    const tree = at(source.metadata, 'movedFrom');
    const before = textOf(tree);
    if (!tree || before === undefined) continue;
    if (!idPattern.test(before)) reportNoReference(before, tree.place, report);
    else if (ids.has(before) || isUnread(before, directory))
      report.error(
        'not_allowed_value',
        tree.place,
        before === id
          ? `component ${id} has this id now; remove movedFrom`
          : `component ${before} is still in the stack, so nothing has moved from it; remove one of them`,
      );
    else {
      const first = takers.get(before) ?? tree.place;
      takers.set(before, first);
      if (placeText(first) === placeText(tree.place)) continue; // another region of the same component
      const message = `component ${before} has moved to one component only, and ${placeText(first)} names it too; remove one of them`;
      report.error('not_allowed_value', tree.place, message);
    }
  }
}

/** Whether the component has a folder, but its files could not be read. */
function isUnread(id: string, { services, instances, strays }: Directory): boolean {
  const [service = '', name = ''] = id.split('@')[0]?.split('/') ?? [];
  const component = `${service}/${name}`;
  if (instances.has(component)) return false;
  return services.get(service)?.has(name) === true || strays.has(component);
}
