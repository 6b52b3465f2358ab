import { endpoints, maxRepositoryBodyBytes } from '@deployment-engine/contracts';
import type { Router } from 'express';
import { type Principal, signedName } from '../access/principal.ts';
import type { Context } from '../context.ts';
import { jsonBody } from '../http/json-body.ts';
import { route } from '../http/route.ts';
import { repositoryTexts } from './repository-texts.ts';

const readBody = [jsonBody(maxRepositoryBodyBytes)];

export function stackRoutes(router: Router, { stackResolver }: Context): void {
  route(
    router,
    endpoints.validateStack,
    async ({ params, body, principal }) => {
      const { environment, service, variables = {} } = body;
      const files = repositoryTexts(body.files, body.folders);
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
      const files = repositoryTexts(body.files, body.folders);
      const question = { type: 'check', files, stack: params.stack, environment, format, variables } as const;
      const { valid, errors, warnings, message, drawing } = await stackResolver.ask(question);
      return { stack: params.stack, environment, format, valid, errors, warnings, message, drawing };
    },
    readBody,
  );
}

function namedLimits(principal: Principal) {
  const { stackLimits } = principal;
  return stackLimits ? { ...stackLimits, key: signedName(principal) } : undefined;
}
