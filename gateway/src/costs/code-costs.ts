import { type CodeCostsRequest, type CostEstimate, usageFileName } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import { requestFiles } from '../projects/revisions/request-files.ts';
import { prepareRevision } from '../projects/revisions/store.ts';
import { codeResources } from './code-resources.ts';
import { inDefaultRegion } from './default-region.ts';
import { estimateCosts } from './estimate-costs.ts';

/** Estimates the costs of code that is not stored. */
export async function codeCosts(context: Context, request: CodeCostsRequest): Promise<CostEstimate> {
  const { files } = await prepareRevision(requestFiles(request), {});
  const { resources, unreadable, unfollowed } = await codeResources(files, request.variables ?? {});
  if (unreadable.length > 0)
    throw new DomainError('invalid_request', 'estimating costs', {
      fields: unreadable.map((path) => ({
        pointer: request.files ? `/files/${path.replaceAll('/', '~1')}` : '/iacCode',
        detail: `${path} does not parse; POST /api/deploy/validate shows where`,
      })),
    });
  const stored = files.get(usageFileName)?.toString('utf8');
  const usage =
    request.usage !== undefined
      ? { content: request.usage, pointer: '/usage' }
      : stored !== undefined
        ? { content: stored, pointer: `/files/${usageFileName}` }
        : undefined;
  return estimateCosts(context, inDefaultRegion(context.config, resources), {
    ...request,
    usage,
    unfollowed,
  });
}
