import { z } from 'zod';
import { minTtlSeconds } from '../deploy.ts';
import { environmentName, requireOneRepository, stackRepository } from './names.ts';
import { pipelineIdSchema } from './pipeline-id.ts';

/** A service, or a component (`service/component`, all its regions); without both the whole stack. */
export const scopeFields = {
  service: z.string().max(63).optional().meta({ example: 'notification-service' }),
  component: z.string().max(200).optional().meta({ example: 'notification-service/api' }),
};
const source = z
  .strictObject({
    commit: z.string().max(100).optional(),
    branch: z.string().max(250).optional(),
    /** Address or number of the CI run. */
    ciRun: z.string().max(500).optional(),
  })
  .meta({ description: 'Where the repository comes from; shown in the history.' });

const conduct = {
  /** False stops once all plans are ready. What needs an approval waits in any case. */
  autoApprove: z.boolean().default(false),
  /**
   * After a failure: start nothing more, go on with what does not depend on it, or go back to what was deployed. Default:
   * `rollback` if `spec.rollback.onFailure` of the stack is set, else `stop`.
   */
  onError: z.enum(['stop', 'continue', 'rollback']).optional(),
  /** `waves`: a wave starts when the one before has ended. `ready`: a component starts when all it needs is deployed. */
  schedule: z.enum(['waves', 'ready']).default('waves'),
  /** Components at work at the same time. */
  parallelism: z.number().int().min(1).max(50).default(10),
  /** False refuses the request with 409 if another pipeline holds a part of the scope; else it waits for its turn. */
  wait: z.boolean().default(true),
  message: z.string().max(500).optional(),
  source: source.optional(),
};

const code = {
  files: stackRepository.files,
  archive: stackRepository.archive,
  folders: stackRepository.folders,
  /** Number of a stored repository of this stack, instead of files. */
  revision: z.number().int().positive().optional(),
  variables: stackRepository.variables,
  environment: environmentName,
  ...scopeFields,
};

export const planStackRequestSchema = z
  .strictObject({
    ...code,
    refresh: z.boolean().default(false),
    message: conduct.message,
    source: conduct.source,
  })
  .superRefine(requireOneRepository(['files', 'archive', 'revision']));

export const applyStackRequestSchema = z
  .strictObject({
    ...code,
    ...conduct,
    /** Plans also components for which nothing has changed. */
    refresh: z.boolean().default(false),
    /** Destroys components that the repository no longer has without an approval of their own. */
    prune: z.boolean().default(false),
    /** Adds what the scope needs and is not deployed. */
    withDependencies: z.boolean().default(false),
    /** Adds what needs the scope. */
    withDependents: z.boolean().default(false),
    /**
     * Destroys what the environment has deployed this many seconds after the pipeline has completed. Without it an earlier
     * time stays; `null` cancels that.
     */
    ttlSeconds: z.number().int().min(minTtlSeconds).max(31_536_000).nullable().optional(),
  })
  .superRefine(requireOneRepository(['files', 'archive', 'revision']))
  .superRefine(({ ttlSeconds, service, component }, context) => {
    if (ttlSeconds === undefined || (service === undefined && component === undefined)) return;
    const message = 'destroys the whole environment; leave service and component out';
    context.addIssue({ code: 'custom', path: ['ttlSeconds'], message });
  });

export const destroyStackRequestSchema = z.strictObject({
  environment: environmentName,
  ...scopeFields,
  ...conduct,
  /** Adds what needs the scope; without it, a destroy that would break others is refused. */
  withDependents: z.boolean().default(false),
});

export const rollbackStackRequestSchema = z.strictObject({
  environment: environmentName,
  ...scopeFields,
  ...conduct,
  /** The pipeline to go back to; default: the last successful one before the current. */
  toPipeline: pipelineIdSchema.optional(),
});

export const driftStackRequestSchema = z.strictObject({
  environment: environmentName,
  ...scopeFields,
  message: conduct.message,
});

/** Deploys again what is deployed, with a plan of every component. */
export const remediateStackRequestSchema = z.strictObject({
  environment: environmentName,
  ...scopeFields,
  ...conduct,
});

export const promoteStackRequestSchema = z.strictObject({
  from: environmentName,
  to: environmentName,
  ...conduct,
  variables: stackRepository.variables,
  /** Deploys although the version has skipped an environment of `spec.promotion`; the audit log keeps it. */
  override: z.boolean().default(false),
});
