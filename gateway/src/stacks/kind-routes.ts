import { endpoints, type KindDetail, type KindSummary } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import {
  findKind,
  foundationKind,
  infraSchemaOf,
  type Kind,
  type KindCatalog,
} from '@deployment-engine/stacks';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { route } from '../http/route.ts';

export function kindRoutes(router: Router, { stackResolver }: Context): void {
  route(router, endpoints.kinds, async () => {
    const { kinds } = await stackResolver.ask({ type: 'kinds' });
    return { kinds: [...kinds.values()].filter(isForComponents).map(presentKind) };
  });
  route(router, endpoints.kind, async ({ params }) => {
    const catalog = await stackResolver.ask({ type: 'kinds' });
    const kind = findKind(catalog, params.kind);
    if (!kind || !isForComponents(kind))
      throw new DomainError(
        'kind_not_found',
        `no kind ${params.kind} exists; GET /api/stacks/kinds lists them`,
      );
    return presentDetail(kind, catalog);
  });
}

/** Files can't name the foundation. */
function isForComponents({ name }: Kind): boolean {
  return name !== foundationKind;
}

function presentKind({ name, aliases, group, stateful, usualMinutes, outputs }: Kind): KindSummary {
  return { name, aliases, group, stateful, usualMinutes, outputs };
}

function presentDetail(kind: Kind, catalog: KindCatalog): KindDetail {
  return { ...presentKind(kind), schema: kind.schema, infraSchema: infraSchemaOf(catalog, kind) };
}
