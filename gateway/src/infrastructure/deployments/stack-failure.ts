import type { DeploymentRecord, JobError } from '@deployment-engine/contracts';
import { readTemplate, TemplateError } from '@deployment-engine/templates';

type StackFailure = NonNullable<DeploymentRecord['error_details']>;

/** What the provider says of a stack that ended badly: its status, then reasons of its events, newest first. */
const stackStatus = /stack status \(([A-Z_]+)\): ([\s\S]+)/;
const failedNames = /failed to (?:create|update|delete): \[([^\]]*)\]/;
/** Reasons that follow from another failure. */
const isFollowing = (reason: string) =>
  failedNames.test(reason) ||
  /^Resource (creation|update|deletion) cancelled/i.test(reason) ||
  /^Rollback requested/i.test(reason);

/**
 * Returns what the cloud says about a stack that failed: its status, the first cause, and the resources of the template that it
 * names, with their lines. `undefined` if the failure is another one.
 */
export function stackFailure({ diagnostics }: JobError, template: string): StackFailure | undefined {
  const text = diagnostics.map(({ summary, detail }) => `${summary}\n${detail}`).join('\n');
  const [, status, said] = stackStatus.exec(text) ?? [];
  if (status === undefined || said === undefined) return undefined;
  const reasons = said
    .split('\n')
    .map((reason) => reason.trim())
    .filter((reason) => reason !== '');
  const cause = reasons.findLast((reason) => !isFollowing(reason)) ?? reasons.at(-1) ?? '';
  const names = [...new Set(reasons.flatMap((reason) => failedNames.exec(reason)?.[1]?.split(/,\s*/) ?? []))];
  const known = resourcesOf(template);
  return {
    stack_status: status,
    reason: cause,
    resources: names
      .filter((name) => name !== '')
      .map((logical_id) => ({
        logical_id,
        type: known?.get(logical_id)?.type ?? null,
        line: known?.get(logical_id)?.line ?? null,
      })),
  };
}

function resourcesOf(template: string) {
  try {
    return readTemplate(template).resources;
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
