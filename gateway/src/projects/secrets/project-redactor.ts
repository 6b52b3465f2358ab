import type { TerraformState } from '@deployment-engine/terraform-code';
import type { Context } from '../../context.ts';
import { environmentSecrets, stateSecrets } from '../redaction/known-secrets.ts';
import { Redactor } from '../redaction/redactor.ts';
import type { ProjectRow } from '../store.ts';
import { JobSecrets } from './job-secrets.ts';
import { projectValues, readSecrets } from './store.ts';

/** Redacts what jobs of the project's deployed code would redact, and what the given states mark as sensitive. */
export async function projectRedactor(
  context: Context,
  project: Pick<ProjectRow, 'id' | 'revision'>,
  states: TerraformState[],
): Promise<Redactor> {
  if (project.revision === null) return storedSecretsRedactor(context, project.id, states);
  const secrets = new JobSecrets(context, {
    id: `project ${project.id}`,
    project_id: project.id,
    revision: project.revision,
    plan_digest: null,
  });
  for (const state of states) secrets.learnState(state);
  return secrets.redactor();
}

/** Redacts what is never shown to anybody: the project's stored secrets and the operator's. */
export async function storedSecretsRedactor(
  context: Context,
  projectId: string,
  states: TerraformState[] = [],
): Promise<Redactor> {
  const project = await readSecrets(context.database.query, context.encryption, projectId);
  return new Redactor([
    ...environmentSecrets(context.config.cloudEnvironment),
    ...projectValues(project),
    ...states.flatMap(stateSecrets),
  ]);
}
