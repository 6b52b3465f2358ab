import type { RecordStatus, TemplateType } from '@deployment-engine/contracts';
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
