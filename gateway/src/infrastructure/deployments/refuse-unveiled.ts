import type { UpdateDeployment } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { PreparedRevision } from '../../projects/revisions/store.ts';
import { declaredIn } from '../../projects/secrets/declared-variables.ts';
import type { RunCode } from './run-code.ts';
import { parameterNameOf } from './source/template-files.ts';
import type { DeploymentRow } from './store.ts';

/**
 * Refuses a run that keeps the value of a secret which its template no longer declares as one: everybody who sees the deployment
 * would see the value. Errors name the parameter or variable, never the value.
 */
export async function refuseUnveiled(
  { template_type, parameter_names }: DeploymentRow,
  body: UpdateDeployment,
  { last, next }: { last: RunCode; next: PreparedRevision },
): Promise<void> {
  const before = await declaredIn(last.digest, () => last.files);
  const after = await declaredIn(next.digest, () => next.files);
  const parameterNames: string[] = JSON.parse(parameter_names);
  const fields = Object.keys(last.values).flatMap((variable) => {
    const name = parameterNameOf(template_type, variable) ?? variable;
    const kind = parameterNames.includes(name) ? 'parameters' : 'variables';
    const isKept = body[kind] === undefined && body.variables?.[variable] === undefined;
    const isUnveiled = before.isSensitive(variable) && !after.isSensitive(variable);
    if (!isKept || !isUnveiled || !Object.hasOwn(next.variables, variable)) return [];
    const detail = `the template no longer declares it as a secret, and its last value was one; give all ${kind} again`;
    return [{ pointer: `/${kind}/${name}`, detail }];
  });
  if (fields.length > 0)
    throw new DomainError('invalid_request', 'the parameters do not fit the template', { fields });
}
