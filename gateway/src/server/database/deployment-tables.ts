import type {
  AccountKind,
  NotificationEvent,
  NotificationKind,
  RecordStatus,
  TemplateType,
} from '@deployment-engine/contracts';
import type { Generated } from 'kysely';

/** Tables of deployments of templates. */
export type DeploymentTables = {
  templates: {
    id: string;
    seq: Generated<number>;
    name: string;
    template_type: TemplateType;
    /** Pattern of project ids: who may touch all of them may change the template. */
    tenant: string;
    /** The newest one. */
    version: number;
    digest: string;
    created_by: string;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
  };
  template_versions: {
    template_id: string;
    number: number;
    digest: string;
    /** Compressed text. */
    code: Uint8Array;
    created_by: string;
    created_at: Generated<Date>;
  };
  /** Who is told. */
  notification_targets: {
    id: string;
    kind: NotificationKind;
    name: string;
    /** Pattern of project ids. */
    projects: string;
    /** JSON list of events. */
    events: string;
    /** Address and secret, sealed. */
    content: Uint8Array;
    /** It has asked for a pause. */
    paused_until: Date | null;
    created_by: string;
    created_at: Generated<Date>;
  };
  /** What is to be told, in the order of the ids for each target and project. */
  outbox: {
    id: Generated<number>;
    target_id: string;
    project_id: string;
    job_id: string;
    event: NotificationEvent;
    /** Words about the event, for those that a status does not tell. */
    detail: string | null;
    /** What the deployment had come to; `null` if the event does not concern one. */
    deployment_status: RecordStatus | null;
    created_at: Generated<Date>;
    attempts: Generated<number>;
    next_at: Generated<Date>;
    claimed_until: Date | null;
    delivered_at: Date | null;
    dead_at: Date | null;
    /** Why the last attempt failed. */
    problem: string | null;
    /** JSON list of recipients of a mail that need no further attempt. */
    taken_by: Generated<string>;
  };
  cloud_accounts: {
    tenant: string;
    id: string;
    seq: Generated<number>;
    provider: 'aws' | 'azure' | 'gcp';
    kind: AccountKind;
    /** JSON; names of what `content` holds. */
    fields: string;
    /** JSON; `null` allows all. */
    regions: string | null;
    default_region: string | null;
    content: Uint8Array;
    created_by: string;
    created_at: Generated<Date>;
    updated_by: string;
    updated_at: Generated<Date>;
    deleted_at: Date | null;
  };
  deployments: {
    id: string;
    seq: Generated<number>;
    project_id: string;
    name: string;
    description: string | null;
    provider: 'aws' | 'azure' | 'gcp';
    cloud_account_id: string;
    environment_id: string;
    template_type: TemplateType;
    template_id: string | null;
    template_version: number | null;
    template_url: string | null;
    template_bucket: string | null;
    template_digest: string;
    /** JSON; which of the revision's variables were given as parameters. */
    parameter_names: string;
    is_dry_run: boolean;
    auto_approve: boolean;
    /** Its newest job that plans or changes something, and that job's status in the words of deployments. */
    job_id: string;
    status: RecordStatus;
    is_deleting: Generated<boolean>;
    created_by: string;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
    deleted_at: Date | null;
  };
};
