import type { PipelineStatus, PipelineType, TaskAction, TaskStatus } from '@deployment-engine/contracts';
import type { Generated } from 'kysely';

/** Tables of stacks and their pipelines. */
export type PipelineTables = {
  /** Uploaded deployment repositories, numbered for each stack. */
  stack_revisions: {
    stack: string;
    number: number;
    digest: string;
    /** Empty folders, as JSON. */
    folders: string;
    created_at: Generated<Date>;
    created_by: string;
  };
  pipelines: {
    id: string;
    seq: Generated<number>;
    stack: string;
    environment: string;
    type: PipelineType;
    status: Generated<PipelineStatus>;
    service: string | null;
    component: string | null;
    revision: number | null;
    settings: string;
    /** Variables, outputs and the stack's `spec`, sealed. */
    content: Uint8Array;
    plan_digest: string | null;
    approved_digest: string | null;
    approved_by: string | null;
    waiting_reason: string | null;
    error: string | null;
    message: string | null;
    /** Commit, branch and CI run, as JSON. */
    source: string | null;
    rollback_to: string | null;
    created_by: string;
    blast_radius: string | null;
    /** Those of the key that requested it, as JSON. */
    stack_limits: string | null;
    cancel_requested_at: Date | null;
    cancel_grace_seconds: number | null;
    last_event_seq: Generated<number>;
    created_at: Generated<Date>;
    started_at: Date | null;
    finished_at: Date | null;
    /** Older than what is kept, but later pipelines need what it has deployed: it is no target of a rollback any more. */
    base_only: Generated<boolean>;
    /** When a gateway last worked on it. */
    worked_at: Date | null;
  };
  pipeline_tasks: {
    pipeline_id: string;
    no: number;
    kind: Generated<'job'>;
    component: string;
    project_id: string;
    wave: number;
    /** Components whose tasks must end first, as JSON. */
    needs: string;
    action: TaskAction;
    status: Generated<TaskStatus>;
    reason: string | null;
    /** The resolved component and what changes of it, sealed. */
    content: Uint8Array;
    /** Of the project's files; `null` for a destroy. */
    code_digest: string | null;
    /** SHA-256 of the inputs that the newest job got. */
    inputs_digest: string | null;
    pending_inputs: Generated<string>;
    plan_job_id: string | null;
    job_id: string | null;
    /** Per month, before and after the plan, as JSON; `null` until it is estimated. */
    cost: string | null;
    /** Of a check by schedule: the components of a stack are not all looked at in the same moment. */
    not_before: Date | null;
    started_at: Date | null;
    finished_at: Date | null;
  };
  pipeline_events: { pipeline_id: string; seq: number; at: Date; type: string; body: string };
  /** Differences that are left out of drift reports. */
  drift_rules: {
    id: string;
    stack: string;
    environment: string;
    component: string;
    attribute: string;
    who: string;
    why: string;
    created_at: Generated<Date>;
    expires_at: Date | null;
  };
  /** When an environment destroys itself, and who asked for it. */
  stack_environments: {
    stack: string;
    environment: string;
    destroy_at: Date | null;
    created_by: string;
    blast_radius: string | null;
  };
  stack_drift_schedules: {
    stack: string;
    environment: string;
    cron: string;
    /** Time over which the checks of one tick are spread. */
    spread_minutes: number;
    created_by: string;
    blast_radius: string | null;
    last_tick: Date | null;
  };
  stack_snapshots: {
    id: string;
    seq: Generated<number>;
    stack: string;
    environment: string;
    /** `null` if somebody asked for it. */
    pipeline_id: string | null;
    message: string | null;
    created_by: string;
    created_at: Generated<Date>;
  };
  stack_snapshot_states: {
    snapshot_id: string;
    project_id: string;
    component: string;
    state_version: number;
    serial: number;
  };
  /** What each component of a stack was deployed from; absent once it is destroyed. */
  stack_components: {
    project_id: string;
    stack: string;
    environment: string;
    component: string;
    status: 'deployed' | 'outdated' | 'failed';
    content: Uint8Array;
    code_digest: string;
    inputs_digest: string;
    state_serial: number | null;
    state_lineage: string | null;
    /** Number of the project's revision. */
    revision: number | null;
    pipeline_id: string;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
  };
};
