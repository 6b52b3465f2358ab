import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { redactedOutputs } from '../../projects/states/outputs.ts';
import { readNewestState } from '../../projects/states/store.ts';
import { lastContent } from '../create/follow-ups.ts';
import { type Environment, readEnvironment } from './status.ts';

/** Returns the outputs that the stack names, and those of every component. */
export async function presentOutputs(context: Context, principal: Principal, where: Environment) {
  const { database, encryption } = context;
  const { rows } = await readEnvironment(database.query, principal, where);
  const components: { component: string; projectId: string; outputs: Record<string, unknown> }[] = [];
  for (const { component, project_id: projectId } of rows) {
    const newest = await readNewestState(database.query, encryption, projectId);
    const redactor = await context.redactorOf({ projectId });
    const shown = newest ? redactor.redactJson(redactedOutputs(newest.state)) : {};
    components.push({ component, projectId, outputs: shown as Record<string, unknown> });
  }
  const { outputs: named } = await lastContent(context, database.query, where);
  const outputs = Object.entries(named).flatMap(([name, { component, output }]) => {
    const owner = components.find((each) => each.component === component);
    return owner ? [[name, owner.outputs[output] ?? null] as const] : [];
  });
  return { ...where, outputs: Object.fromEntries(outputs), components };
}
