import {
  endpoints,
  maxRepositoryBodyBytes,
  type validateStackRequestSchema,
} from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { z } from 'zod';
import { type Principal, signedName } from '../access/principal.ts';
import type { Context } from '../context.ts';
import { jsonBody } from '../http/json-body.ts';
import { route } from '../http/route.ts';
import { withoutArchive } from './archive.ts';
import { repositoryTexts } from './repository-texts.ts';

const readBody = [jsonBody(maxRepositoryBodyBytes)];

export function stackRoutes(router: Router, { stackResolver }: Context): void {
  route(
    router,
    endpoints.validateStack,
    async ({ params, body, principal }) => {
      const { environment, service, variables = {} } = body;
      const files = await textsOf(body);
      const question = {
        type: 'check',
        files,
        stack: params.stack,
        environment,
        service,
        variables,
        limits: namedLimits(principal),
      } as const;
      const { drawing: _, ...validation } = await stackResolver.ask(question);
      return validation;
    },
    readBody,
  );
  route(
    router,
    endpoints.drawStackGraph,
    async ({ params, body }) => {
      const { environment, format, variables = {} } = body;
      const files = await textsOf(body);
      const question = { type: 'check', files, stack: params.stack, environment, format, variables } as const;
      const { valid, errors, warnings, message, drawing } = await stackResolver.ask(question);
      return { stack: params.stack, environment, format, valid, errors, warnings, message, drawing };
    },
    readBody,
  );
}

async function textsOf(
  body: Pick<z.infer<typeof validateStackRequestSchema>, 'files' | 'folders' | 'archive'>,
): Promise<Map<string, string>> {
  const { files = {}, folders } = await withoutArchive(body);
  return repositoryTexts(files, folders);
}

function namedLimits(principal: Principal) {
  const { stackLimits } = principal;
  return stackLimits ? { ...stackLimits, key: signedName(principal) } : undefined;
}
