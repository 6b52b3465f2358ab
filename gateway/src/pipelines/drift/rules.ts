import { randomBytes } from 'node:crypto';
import { matchesWildcard } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { type Selectable, sql } from 'kysely';
import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import type { Call } from '../../http/call.ts';
import type { Query } from '../../server/database/open.ts';
import type { Database } from '../../server/database/schema.ts';
import { type Environment, readEnvironment } from '../environment/status.ts';
import { deployedComponents, requireAll } from '../store.ts';

export type RuleRow = Selectable<Database['drift_rules']>;

/** Returns the rules of an environment that have not expired. */
export async function rulesOf(query: Query, { stack, environment }: Environment): Promise<RuleRow[]> {
  return query
    .selectFrom('drift_rules')
    .selectAll()
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .where(sql<boolean>`(expires_at is null or expires_at > now())`)
    .orderBy('created_at')
    .execute();
}

export function isIgnored(rules: RuleRow[], component: string, address: string, path: string): boolean {
  return rules.some(
    (rule) =>
      matchesWildcard(rule.component, component) && matchesWildcard(rule.attribute, `${address}.${path}`),
  );
}

type By = { principal: Principal; call: Call };
type NewRule = { component: string; attribute: string; why: string; expiresAt?: string | undefined };

/** A rule may concern only components that the caller may touch. */
export async function addRule(
  { database }: Context,
  where: Environment,
  rule: NewRule,
  { principal, call }: By,
): Promise<{ ruleId: string; message: string }> {
  const { rows } = await readEnvironment(database.query, principal, where);
  const concerned = rows.filter(({ component }) => matchesWildcard(rule.component, component));
  if (concerned.length === 0)
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: [{ pointer: '/component', detail: `no deployed component is called ${rule.component}` }],
    });
  await requireConcerned(database.query, where, rule, principal);
  requireFuture(rule);
  const id = `drift-${randomBytes(8).toString('hex')}`;
  const { component, attribute, why, expiresAt } = rule;
  await database.query.transaction().execute(async (trx) => {
    await trx
      .insertInto('drift_rules')
      .values({
        id,
        ...where,
        component,
        attribute,
        who: principal.name,
        why,
        expires_at: expiresAt === undefined ? null : new Date(expiresAt),
      })
      .execute();
    await call.record(trx, { detail: { ...where, rule: id, component, attribute, why } });
  });
  return { ruleId: id, message: `${attribute} of ${component} is left out of drift reports` };
}

/** Throws `forbidden` if the rule concerns a component that the caller may not touch. */
async function requireConcerned(
  query: Query,
  where: Environment,
  rule: { component: string },
  principal: Principal,
): Promise<void> {
  const rows = await deployedComponents(query, where.stack, where.environment);
  requireAll(
    principal,
    rows.filter(({ component }) => matchesWildcard(rule.component, component)),
  );
}

function requireFuture({ expiresAt }: NewRule): void {
  if (expiresAt === undefined || new Date(expiresAt).getTime() > Date.now()) return;
  throw new DomainError('invalid_request', 'the request is not valid', {
    fields: [{ pointer: '/expiresAt', detail: 'it lies in the past, so the rule would ignore nothing' }],
  });
}

export async function removeRule(
  { database }: Context,
  where: Environment,
  ruleId: string,
  { principal, call }: By,
): Promise<{ ruleId: string; message: string }> {
  await readEnvironment(database.query, principal, where);
  return database.query.transaction().execute(async (trx) => {
    const rule = (await rulesOf(trx, where)).find(({ id }) => id === ruleId);
    if (rule) await requireConcerned(trx, where, rule, principal);
    const removed = await trx
      .deleteFrom('drift_rules')
      .where('id', '=', ruleId)
      .where('stack', '=', where.stack)
      .where('environment', '=', where.environment)
      .returning('id')
      .executeTakeFirst();
    await call.record(trx, { detail: { ...where, rule: ruleId } });
    const message = removed ? 'The difference is shown again' : 'There was no such rule';
    return { ruleId, message };
  });
}
