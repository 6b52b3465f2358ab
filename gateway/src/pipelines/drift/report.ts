import type { StackDrift } from '@deployment-engine/contracts';
import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { driftReport } from '../../jobs/drift.ts';
import { findProject } from '../../projects/store.ts';
import { componentContent } from '../contents.ts';
import { type Environment, readEnvironment } from '../environment/status.ts';
import type { ComponentRow } from '../rows.ts';
import { fieldOf, fieldsByName, severityOf } from './fields.ts';
import { isIgnored, type RuleRow, rulesOf } from './rules.ts';
import { scheduleOf } from './schedule.ts';

type ComponentDrift = StackDrift['components'][number];
type Attribute = ComponentDrift['resources'][number]['attributes'][number];

/** Returns what the newest drift check of every component has found, without what rules ignore. */
export async function stackDrift(
  context: Context,
  principal: Principal,
  where: Environment,
): Promise<StackDrift> {
  const { query } = context.database;
  const { rows } = await readEnvironment(query, principal, where);
  const rules = await rulesOf(query, where);
  const components: ComponentDrift[] = [];
  for (const row of rows) components.push(await componentDrift(context, row, rules));
  const states = components.map(({ status }) => status);
  return {
    ...where,
    schedule: await scheduleOf(query, where),
    status: states.includes('drifted') ? 'drifted' : states.includes('in_sync') ? 'in_sync' : 'never_checked',
    components,
    rules: rules.map(({ id, component, attribute, who, why, created_at, expires_at }) => ({
      ruleId: id,
      component,
      attribute,
      who,
      why,
      createdAt: created_at.toISOString(),
      expiresAt: expires_at?.toISOString() ?? null,
    })),
  };
}

async function componentDrift(
  context: Context,
  row: ComponentRow,
  rules: RuleRow[],
): Promise<ComponentDrift> {
  const { component, project_id: projectId } = row;
  const plan = componentContent(context.encryption, row);
  const report = await driftReport(context, await findProject(context.database.query, projectId));
  const fields = fieldsByName(plan);
  const shown = report.resources.map((resource) => ({
    ...resource,
    attributes: resource.attributes
      .filter(({ path }) => !isIgnored(rules, component, resource.address, path))
      .map((attribute): Attribute => ({ ...attribute, field: fieldOf(attribute.path, fields) })),
  }));
  const resources = shown.filter(({ attributes }) => attributes.length > 0);
  const count = (of: { attributes: unknown[] }[]) =>
    of.reduce((sum, { attributes }) => sum + attributes.length, 0);
  return {
    component,
    projectId,
    checkedAt: report.checkedAt,
    status: report.status === 'drifted' && resources.length === 0 ? 'in_sync' : report.status,
    severity: resources.length === 0 ? null : severityOf(plan, resources),
    resources,
    ignored: count(report.resources) - count(resources),
  };
}
