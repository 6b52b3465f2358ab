import type {
  DeploymentStatus,
  JobStatus,
  JobType,
  OrphanSource,
  OrphanStatus,
  Role,
  StepName,
  TerraformLogLevel,
} from '@deployment-engine/contracts';
import type { Generated } from 'kysely';
import type { DeploymentTables } from './deployment-tables.ts';
import type { PipelineTables } from './pipeline-tables.ts';

type TablesOfParts = PipelineTables & DeploymentTables;

/** The tables' columns. Text columns named after a document hold JSON. */
export type Database = TablesOfParts & {
  projects: {
    id: string;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
    deployment_status: Generated<DeploymentStatus>;
    deployment_job_id: string | null;
    last_job_id: string | null;
    revision: number | null;
    outputs: Generated<string>;
    destroy_at: Date | null;
    drift_cron: string | null;
    drift_remediate: Generated<boolean>;
    drift_created_by: string | null;
    drift_blast_radius: string | null;
  };
  revision_contents: { digest: string; content: Uint8Array; paths: string; created_at: Generated<Date> };
  revisions: {
    project_id: string;
    number: number;
    digest: string;
    variables: Uint8Array;
    variables_digest: string;
    variable_names: string;
    created_at: Generated<Date>;
  };
  jobs: {
    id: string;
    seq: Generated<number>;
    project_id: string;
    type: JobType;
    status: Generated<JobStatus>;
    step: StepName | null;
    revision: number | null;
    auto_approve: Generated<boolean>;
    ttl_seconds: number | null;
    planned: Generated<number>;
    finished: Generated<number>;
    failed: Generated<number>;
    last_event_seq: Generated<number>;
    plan_digest: string | null;
    plan_summary: string | null;
    approved_digest: string | null;
    waiting_reason: string | null;
    error: string | null;
    result: string | null;
    cancel_requested_at: Date | null;
    cancel_grace_seconds: number | null;
    ended_by: string | null;
    runner_id: string | null;
    attempt: Generated<number>;
    lease_token: Generated<number>;
    lease_owner: string | null;
    lease_expires_at: Date | null;
    created_at: Generated<Date>;
    started_at: Date | null;
    /** Start of the job's time limit: its first start, or the start after its approval. */
    timed_from: Date | null;
    finished_at: Date | null;
    remediate: Generated<boolean>;
    remediation_job_id: string | null;
    /** Id of the principal that requested the job. */
    created_by: Generated<string>;
    /** Limits of that principal on the plan. */
    blast_radius: string | null;
    policy_summary: string | null;
    /** When the gate let the plan pass; only apply is left. */
    gate_passed_at: Date | null;
    /** Orphans that the job adopts or deletes, as JSON; `null` for all other jobs. */
    orphan_ids: string | null;
    /** The caller's note on the job. */
    message: string | null;
    /** Level of Terraform's own log; `null` if it was not requested. */
    terraform_log: TerraformLogLevel | null;
    /** The pipeline that it works for; `null` for a job that somebody requested by itself. */
    pipeline_id: string | null;
  };
  /** Terraform's own log of a job, one row per runner that worked on it; redacted, compressed and sealed. */
  terraform_logs: {
    job_id: string;
    runner_url: string;
    content: Uint8Array;
    created_at: Generated<Date>;
  };
  /** Objects that an interrupted apply may have left without an entry in the state. */
  orphans: {
    id: string;
    project_id: string;
    job_id: string;
    address: string | null;
    type: string;
    since: Generated<Date>;
    reason: string;
    started: boolean;
    status: Generated<OrphanStatus>;
    object_id: string | null;
    source: OrphanSource | null;
    candidates: Generated<string>;
    search: string | null;
    /** The planned values, sealed; `null` once the orphan is resolved. */
    content: Uint8Array | null;
    resolved_at: Date | null;
    resolved_by: string | null;
    resolution: string | null;
  };
  job_events: {
    job_id: string;
    seq: number;
    run_id: string | null;
    run_seq: number | null;
    at: Date;
    type: string;
    body: string;
  };
  plans: {
    job_id: string;
    digest: string;
    state_serial: number | null;
    state_lineage: string | null;
    content: Uint8Array;
    plan_file: Uint8Array | null;
    /** Binds the plan to its job, code, variables and state; `null` for plans of earlier versions. */
    seal: Uint8Array | null;
    created_at: Generated<Date>;
  };
  state_versions: {
    id: Generated<number>;
    project_id: string;
    serial: number;
    lineage: string;
    sha256: string;
    bytes: number;
    resource_count: number;
    job_id: string;
    content: Uint8Array;
    created_at: Generated<Date>;
    /** When the next version was stored; `null` for the newest. */
    superseded_at: Date | null;
  };
  idempotency_keys: {
    /** Id of the principal. */
    caller: Generated<string>;
    key: string;
    operation: string;
    body_sha256: string;
    answer: string | null;
    created_at: Generated<Date>;
  };
  api_keys: {
    id: string;
    name: string;
    secret_sha256: string;
    role: Role;
    projects: string;
    blast_radius: string | null;
    /** As JSON. */
    stack_limits: string | null;
    created_at: Generated<Date>;
    created_by: string;
    expires_at: Date | null;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  /** One row: the newest entry's number and hash, and the chain's key, sealed. Writers lock it to take turns. */
  audit_head: { id: number; seq: number; hash: string; at: Date; sealed_key: Uint8Array };
  audit_entries: { seq: number; at: Date; entry: string };
  schedule_ticks: { project_id: string; tick: Date };
  runners: { id: string; url: string; last_seen_at: Date };
  /** Lost runs, until each is settled. */
  unsettled_runs: {
    run_id: string;
    job_id: string;
    project_id: string;
    runner_url: string;
    created_at: Generated<Date>;
  };
  /** Every version of a project's settings; `settings` is null in a version that removed them. */
  policy_settings: {
    project_id: string;
    version: number;
    settings: string | null;
    changed_by: string;
    changed_at: Generated<Date>;
  };
  policy_reports: {
    job_id: string;
    code: string | null;
    plan: string | null;
    after_apply: string | null;
    created_at: Generated<Date>;
  };
  /** A budget may be set before its project's first job. */
  project_budgets: { project_id: string; budget: string; updated_at: Generated<Date> };
  cost_history: {
    id: Generated<number>;
    project_id: string;
    job_id: string;
    total: number;
    categories: string;
    currency: string;
    price_book_as_of: string;
    created_at: Generated<Date>;
  };
  /** Key that seals one project's secrets; itself sealed with the engine's key. */
  project_data_keys: { project_id: string; data_key: Uint8Array };
  project_secrets: {
    project_id: string;
    kind: 'variable' | 'credential' | 'web_identity' | 'retired';
    name: string;
    content: Uint8Array;
    updated_at: Generated<Date>;
    updated_by: string;
  };
  web_identity_keys: {
    id: string;
    private_key: Uint8Array;
    public_key: string;
    created_at: Generated<Date>;
    retired_at: Date | null;
  };
};
