import type { PipelineAccepted, PipelineType } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import type { Call } from '../../http/call.ts';
import { type IdempotentRequest, oncePerKey } from '../../jobs/idempotency.ts';
import { newId } from '../../jobs/store.ts';
import { shareLock } from '../../server/database/locks.ts';
import type { Query } from '../../server/database/open.ts';
import { type PipelineContent, pipelinePlace, sealJson, taskPlace } from '../contents.ts';
import { appendEvents } from '../events.ts';
import { holdsScope, lockKey, type PipelineRow, type PipelineSettings } from '../rows.ts';
import { holderOf, takeStackLock } from '../scope-lock.ts';
import { requireAll } from '../store.ts';
import { requireLimits } from './require-limits.ts';
import type { NewTask } from './tasks.ts';

/** Who requests a pipeline, the audit log entry of the call, and the caller's idempotency key. */
export type AskedPipeline = { principal: Principal; call: Call; key: IdempotentRequest | undefined };

export type NewPipeline = {
  stack: string;
  environment: string;
  type: PipelineType;
  service?: string | undefined;
  component?: string | undefined;
  revision: number | null;
  settings: PipelineSettings;
  content: PipelineContent;
  tasks: NewTask[];
  wait: boolean;
  message?: string | undefined;
  source?: unknown;
  rollbackTo?: string;
  /** Where it was promoted from; `override` went past `spec.promotion`. */
  promotion?: { from: string; override: boolean } | undefined;
};

const whatStarted: Record<PipelineType, string> = {
  plan: 'Planning',
  apply: 'Deployment',
  destroy: 'Destruction',
  rollback: 'Rollback',
  drift: 'Drift check',
};

/** Creates a pipeline in one transaction with everything that `make` reads and stores. */
export async function createPipeline(
  context: Context,
  { principal, call, key }: AskedPipeline,
  make: (trx: Query) => Promise<NewPipeline>,
): Promise<PipelineAccepted> {
  return context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
      await shareLock(trx, 'contents');
      const request = await make(trx);
      requireAll(
        principal,
        request.tasks.map(({ projectId, plan }) => ({ project_id: projectId, component: plan.id })),
      );
      await requireLimits(context.encryption, trx, request, principal);
      const row = await insertPipeline(context, trx, request, principal);
      const { stack, environment, type } = row;
      const detail = { pipeline: row.id, stack, environment, type, lock: lockKey(row), ...request.promotion };
      await call.record(trx, { detail });
      return {
        pipelineId: row.id,
        status: 'accepted' as const,
        message: `${whatStarted[type]} of ${request.tasks.length} component${request.tasks.length === 1 ? '' : 's'} started`,
      };
    }),
  );
}

/** Who requested a pipeline, with the limits of their key. */
export type PipelineCreator = Pick<Principal, 'id' | 'blastRadius'> & Partial<Pick<Principal, 'stackLimits'>>;

/** Stores a pipeline with its tasks. Throws `stack_locked` if it may not wait for another one. */
export async function insertPipeline(
  { encryption, metrics }: Pick<Context, 'encryption' | 'metrics'>,
  trx: Query,
  request: NewPipeline,
  createdBy: PipelineCreator,
): Promise<PipelineRow> {
  await shareLock(trx, 'contents');
  const id = newId('pipeline');
  const row = await trx
    .insertInto('pipelines')
    .values({
      id,
      stack: request.stack,
      environment: request.environment,
      type: request.type,
      service: request.service ?? null,
      component: request.component ?? null,
      revision: request.revision,
      settings: JSON.stringify(allowedSettings(request)),
      content: sealJson(encryption, request.content, pipelinePlace(id)),
      message: request.message ?? null,
      source: request.source === undefined ? null : JSON.stringify(request.source),
      rollback_to: request.rollbackTo ?? null,
      created_by: createdBy.id,
      blast_radius: createdBy.blastRadius && JSON.stringify(createdBy.blastRadius),
      stack_limits: createdBy.stackLimits ? JSON.stringify(createdBy.stackLimits) : null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await insertTasks(encryption, trx, id, request.tasks);
  if (!request.wait) await requireFree(metrics, trx, row, request.tasks);
  await appendEvents(trx, id, [
    { type: 'pipeline_status', status: 'pending', message: 'The pipeline is queued.' },
  ]);
  return row;
}

/** An environment that requires an approval is never deployed without. */
function allowedSettings({ settings, content }: NewPipeline): PipelineSettings {
  return content.approval.required ? { ...settings, autoApprove: false } : settings;
}

async function insertTasks(
  encryption: Context['encryption'],
  trx: Query,
  pipelineId: string,
  tasks: NewTask[],
): Promise<void> {
  if (tasks.length === 0) return;
  const rows = tasks.map(({ plan, changes, projectId, wave, needs, action, codeDigest, notBefore }, no) => ({
    pipeline_id: pipelineId,
    no,
    component: plan.id,
    project_id: projectId,
    wave,
    needs: JSON.stringify(needs),
    action,
    content: sealJson(encryption, { plan, changes }, taskPlace(pipelineId, plan.id)),
    code_digest: codeDigest,
    not_before: notBefore ?? null,
  }));
  await trx.insertInto('pipeline_tasks').values(rows).execute();
}

async function requireFree(
  metrics: Context['metrics'],
  trx: Query,
  row: PipelineRow,
  tasks: NewTask[],
): Promise<void> {
  if (!holdsScope(row)) return;
  await takeStackLock(trx, row);
  const projects = tasks.map(({ projectId }) => ({ project_id: projectId }));
  const holder = await holderOf(trx, row, projects, 'anyTime');
  if (!holder) return;
  metrics.stackLocksRefused.inc();
  const since = holder.started_at ? `since ${holder.started_at.toISOString()}` : 'and has not started';
  throw new DomainError(
    'stack_locked',
    `starting a pipeline for ${lockKey(row)}: ${holder.id} of ${holder.created_by} holds ${lockKey(holder)} ${since}; wait for it, cancel it, or send "wait": true`,
  );
}
