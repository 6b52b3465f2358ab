import { auditEndpoints } from './audit.ts';
import { backupEndpoints } from './backup.ts';
import { budgetEndpoints } from './budget.ts';
import { costEndpoints } from './costs.ts';
import { deployEndpoints } from './deploy.ts';
import { cloudAccountEndpoints } from './deployment/cloud-account.ts';
import { deploymentEndpoints } from './deployment/endpoints.ts';
import { templateEndpoints } from './deployment/template.ts';
import { driftEndpoints } from './drift.ts';
import type { Endpoint } from './endpoint.ts';
import { heartbeatEndpoints } from './heartbeat.ts';
import { jobEventEndpoints } from './job/events.ts';
import { terraformLogEndpoints } from './job/terraform-log.ts';
import { jobEndpoints } from './job/view.ts';
import { keyEndpoints } from './key.ts';
import { kindEndpoints } from './kind.ts';
import { notificationEndpoints } from './notification.ts';
import { orphanEndpoints } from './orphan.ts';
import { planEndpoints } from './plan.ts';
import { policyFindingEndpoints } from './policy/findings.ts';
import { policyEndpoints } from './policy/settings.ts';
import { priceBookEndpoints } from './price-book.ts';
import { projectEndpoints } from './project.ts';
import { protectionEndpoints } from './protection.ts';
import { revisionEndpoints } from './revision.ts';
import { secretEndpoints } from './secret.ts';
import { stackEndpoints } from './stack/check.ts';
import { stackDriftEndpoints } from './stack/drift.ts';
import { environmentEndpoints } from './stack/environment-endpoints.ts';
import { pipelineEndpoints } from './stack/pipeline-endpoints.ts';
import { snapshotEndpoints } from './stack/snapshot.ts';
import { startEndpoints } from './stack/start-endpoints.ts';
import { stateEndpoints } from './state.ts';
import { validationEndpoints } from './validation.ts';
import { webIdentityEndpoints } from './web-identity.ts';

/** Every operation of the public API by name. Each resource's file has its schemas and its operations. */
export const endpoints = {
  ...deployEndpoints,
  ...planEndpoints,
  ...jobEndpoints,
  ...jobEventEndpoints,
  ...terraformLogEndpoints,
  ...projectEndpoints,
  ...revisionEndpoints,
  ...driftEndpoints,
  ...stateEndpoints,
  ...orphanEndpoints,
  ...validationEndpoints,
  ...stackEndpoints,
  ...kindEndpoints,
  ...startEndpoints,
  ...environmentEndpoints,
  ...stackDriftEndpoints,
  ...snapshotEndpoints,
  ...pipelineEndpoints,
  ...templateEndpoints,
  ...deploymentEndpoints,
  ...cloudAccountEndpoints,
  ...notificationEndpoints,
  ...costEndpoints,
  ...budgetEndpoints,
  ...policyEndpoints,
  ...policyFindingEndpoints,
  ...secretEndpoints,
  ...webIdentityEndpoints,
  ...keyEndpoints,
  ...auditEndpoints,
  ...protectionEndpoints,
  ...priceBookEndpoints,
  ...backupEndpoints,
  ...heartbeatEndpoints,
} as const satisfies Record<string, Endpoint>;
