import { createHmac } from 'node:crypto';
import {
  type JobNotification,
  type JobType,
  jobViewSchema,
  type RecordStatus,
} from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import { redactAnswer } from '../../http/redact-answer.ts';
import { presentJob } from '../../jobs/present.ts';
import { findJob } from '../../jobs/store.ts';
import { knownDeployment, presentDeployment } from '../deployments/present.ts';
import type { DeliveryRow, TargetContent, TargetRow } from './store.ts';

export type Message = { url: string; method: 'POST' | 'PUT'; headers: Record<string, string>; body: string };

/** Returns what a target is told, without secrets; `undefined` if the job is gone. */
export async function messageOf(
  context: Context,
  target: TargetRow,
  content: TargetContent,
  delivery: DeliveryRow,
): Promise<Message | undefined> {
  const job = await findJob(context.database.query, delivery.job_id);
  if (!job) return undefined;
  const owner = { projectId: job.project_id, jobId: job.id };
  const view = await redactAnswer(jobViewSchema, presentJob(job), owner, context.redactorOf);
  const deployment = await knownDeployment(context.database.query, job.project_id);
  if (target.kind === 'webhook')
    return webhook(content, `message-${delivery.id}`, delivery.created_at, {
      type: delivery.event,
      timestamp: delivery.created_at.toISOString(),
      data: { ...view, ...(deployment ? { deploymentId: deployment.id } : {}) },
    });
  if (!deployment) return undefined;
  const record = await presentDeployment(context, deployment);
  return mainApi(content, `message-${delivery.id}`, deployment.id, {
    status: statusOf(job.type, delivery.event),
    job_id: job.id,
    outputs: record.outputs,
    resources: record.resources,
    logs: view.result?.logs ?? null,
    error_message: view.error ?? null,
    error_details: record.error_details,
    completed_at: view.endTime,
  });
}

/** A message tells what happened at its time, whatever the deployment has come to since. */
function statusOf(type: JobType, event: JobNotification): RecordStatus {
  return type === 'destroy' && event === 'job.succeeded' ? 'deleted' : statusWords[event];
}

const statusWords: Readonly<Record<JobNotification, RecordStatus>> = {
  'job.started': 'running',
  'job.awaiting_approval': 'pending',
  'job.succeeded': 'completed',
  'job.failed': 'failed',
  'job.cancelled': 'cancelled',
};

/** Returns the message about a deployment to the main API. */
export function mainApi(
  { url, secret }: TargetContent,
  id: string,
  deploymentId: string,
  body: object,
): Message {
  return {
    url: `${url.replace(/\/+$/, '')}/api/deployments/engine/${deploymentId}/status`,
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': id,
      ...(secret === '' ? {} : { authorization: `Bearer ${secret}` }),
    },
    body: JSON.stringify(body),
  };
}

/** Signs a message. Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function webhook({ url, secret }: TargetContent, id: string, at: Date, payload: object): Message {
  const body = JSON.stringify(payload);
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  };
}
