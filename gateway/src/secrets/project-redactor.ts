import type { Context } from '../context.ts';
import { environmentSecrets, leaves } from '../redaction/known-secrets.ts';
import { Redactor } from '../redaction/redactor.ts';
import { readSecrets } from './store.ts';

/** Masks a project's stored secrets, and the operator's, in what is read of it outside of a job. */
export async function projectRedactor(context: Context, projectId: string): Promise<Redactor> {
  const { variables, credentials } = await readSecrets(context.database.query, context.encryption, projectId);
  return new Redactor([
    ...environmentSecrets(context.config.cloudEnvironment),
    ...environmentSecrets(credentials),
    ...leaves(variables),
  ]);
}
