import { pathProblem, projectIdPattern } from '@deployment-engine/contracts';
import type { RunRequest } from '@deployment-engine/runner-api';
import { DomainError } from '@deployment-engine/service';

/** Safe as a folder name: no dots, no separators. */
const jobIdPattern = /^[a-z0-9][a-z0-9-]{0,79}$/;

/** Throws if an id or path of a request cannot be a folder name. */
export function checkNames(request: RunRequest): void {
  if (!jobIdPattern.test(request.jobId)) refuse('/jobId', 'must be lower-case letters, digits and "-"');
  if (!projectIdPattern.test(request.projectId)) refuse('/projectId', 'is not a project id');
  const problem = request.rootModule === '.' ? undefined : pathProblem(request.rootModule);
  if (problem) refuse('/rootModule', problem);
}

function refuse(pointer: string, detail: string): never {
  throw new DomainError('invalid_request', `reading the request: ${pointer} ${detail}`, {
    fields: [{ pointer, detail }],
  });
}
