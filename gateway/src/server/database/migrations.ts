import type { Migration } from 'kysely';
import { jobsAndRevisions } from './migrations/001-jobs-and-revisions.ts';
import { lifecycle } from './migrations/002-lifecycle.ts';
import { costs } from './migrations/003-costs.ts';
import { access } from './migrations/004-access.ts';
import { policy } from './migrations/005-policy.ts';
import { secrets } from './migrations/006-secrets.ts';
import { scheduleCreator } from './migrations/007-schedule-creator.ts';
import { jobFacts } from './migrations/008-job-facts.ts';
import { orphans } from './migrations/009-orphans.ts';
import { terraformLogs } from './migrations/010-terraform-logs.ts';
import { pipelines } from './migrations/011-pipelines.ts';
import { stackLimits } from './migrations/012-stack-limits.ts';
import { stackSnapshots } from './migrations/013-stack-snapshots.ts';
import { pipelineRetention } from './migrations/014-pipeline-retention.ts';
import { stackSchedules } from './migrations/015-stack-schedules.ts';
import { supersededStates } from './migrations/016-superseded-states.ts';
import { deployments } from './migrations/017-deployments.ts';
import { outbox } from './migrations/018-outbox.ts';
import { cloudAccounts } from './migrations/019-cloud-accounts.ts';
import { notificationChannels } from './migrations/022-notification-channels.ts';
import { deploymentsByProject } from './migrations/023-deployments-by-project.ts';
import { toldStatuses } from './migrations/024-told-statuses.ts';

/** Each is applied once, in the order of the names. Never edit a released one. */
export const migrations: Record<string, Migration> = {
  '001_jobs_and_revisions': jobsAndRevisions,
  '002_lifecycle': lifecycle,
  '003_costs': costs,
  '004_access': access,
  '005_policy': policy,
  '006_secrets': secrets,
  '007_schedule_creator': scheduleCreator,
  '008_job_facts': jobFacts,
  '009_orphans': orphans,
  '010_terraform_logs': terraformLogs,
  '011_pipelines': pipelines,
  '012_stack_limits': stackLimits,
  '013_stack_snapshots': stackSnapshots,
  '014_pipeline_retention': pipelineRetention,
  '015_stack_schedules': stackSchedules,
  '016_superseded_states': supersededStates,
  '017_deployments': deployments,
  '018_outbox': outbox,
  '019_cloud_accounts': cloudAccounts,
  '022_notification_channels': notificationChannels,
  '023_deployments_by_project': deploymentsByProject,
  '024_told_statuses': toldStatuses,
};
