import type { PipelineAccepted, RepositoryFiles, StackProblem } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../../context.ts';
import { type PreparedRevision, prepareRevision, saveContent } from '../../projects/revisions/store.ts';
import type { Query } from '../../server/database/open.ts';
import type { StackDeployment } from '../../stacks/plan-stack.ts';
import type { ComponentRow, PipelineSettings } from '../rows.ts';
import { deployedComponents } from '../store.ts';
import { type AskedPipeline, createPipeline, type NewPipeline } from './new-pipeline.ts';
import { type Repository, readRepository, saveRepository } from './repository.ts';
import {
  dependenciesOf,
  isWholeScope,
  requireInScope,
  type Scope,
  widenForDeploy,
  withoutNetwork,
} from './scope.ts';
import { type JudgedDeployment, judgeDeployment } from './stack-policy.ts';
import { deployTasks, destroyTasks, earlierOf, type NewTask, requireUnneeded } from './tasks.ts';

export type CodePipelineRequest = Scope & {
  stack: string;
  environment: string;
  files?: RepositoryFiles | undefined;
  folders?: string[] | undefined;
  revision?: number | undefined;
  variables?: Record<string, string> | undefined;
  withDependencies: boolean;
  withDependents: boolean;
  settings: PipelineSettings;
  /** Without it, `spec.rollback.onFailure` of the stack decides. */
  onError?: PipelineSettings['onError'] | undefined;
  wait: boolean;
  message?: string | undefined;
  source?: unknown;
  promotion?: NewPipeline['promotion'];
};

type Resolved = {
  repository: Repository;
  deployment: StackDeployment;
  /** What the operator's rules and the stack's own requirements say. */
  judged: JudgedDeployment;
  /** Generated files by component. */
  code: Map<string, PreparedRevision>;
};

/** Resolves a repository and queues the pipeline that plans or deploys it. */
export async function createCodePipeline(
  context: Context,
  type: 'plan' | 'apply',
  request: CodePipelineRequest,
  asked: AskedPipeline,
): Promise<PipelineAccepted> {
  const resolved = await resolve(context, request);
  return createPipeline(context, asked, (trx) => make(context, trx, type, request, resolved, asked));
}

async function resolve(context: Context, request: CodePipelineRequest): Promise<Resolved> {
  const repository = await readRepository(context, request);
  const { stack, environment, variables = {} } = request;
  const question = { type: 'plan', files: repository.texts, stack, environment, variables } as const;
  const deployment = await context.stackResolver.ask(question);
  if ('errors' in deployment) throw invalid(request, deployment.errors);
  const judged = await judgeDeployment(context, request, deployment);
  const code = new Map<string, PreparedRevision>();
  for (const { plan, files } of deployment.components) code.set(plan.id, await prepareRevision(files, {}));
  return { repository, deployment, judged, code };
}

function invalid({ stack, environment }: CodePipelineRequest, errors: StackProblem[]): DomainError {
  return new DomainError(
    'stack_invalid',
    `resolving stack ${stack} in ${environment}: ${errors.length} error${errors.length === 1 ? '' : 's'}; POST /api/stacks/${stack}/validate shows them`,
    {
      fields: errors.slice(0, 100).map(({ code, file, line, column, message }) => ({
        pointer: `/files/${file.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        detail: `${file}:${line}:${column}: ${code}: ${message}`,
      })),
    },
  );
}

async function make(
  context: Context,
  trx: Query,
  type: 'plan' | 'apply',
  request: CodePipelineRequest,
  { repository, deployment, judged, code }: Resolved,
  { principal }: AskedPipeline,
): Promise<NewPipeline> {
  const { stack, environment } = request;
  const rows = await deployedComponents(trx, stack, environment);
  const tasks = codeTasks(context, request, deployment, code, rows);
  for (const { codeDigest, plan } of tasks) {
    const prepared = codeDigest === null ? undefined : code.get(plan.id);
    if (prepared) await saveContent(trx, prepared);
  }
  const { outputs, promotion, warnings, approval, maxMonthly, rollsBack } = deployment;
  return {
    ...request,
    settings: { ...request.settings, onError: request.onError ?? (rollsBack ? 'rollback' : 'stop') },
    type,
    revision: await saveRepository(trx, stack, repository, principal.id),
    content: {
      variables: request.variables ?? {},
      outputs,
      promotion,
      approval: { ...approval, required: approval.required || judged.asks },
      maxMonthly,
      compliance: judged.compliance,
      warnings: [
        ...warnings.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`),
        ...judged.warnings,
      ],
    },
    tasks,
  };
}

/** Returns the tasks of a request: deploys of its scope, then destroys of what the repository no longer has. */
export function codeTasks(
  { encryption }: Pick<Context, 'encryption'>,
  request: Pick<
    CodePipelineRequest,
    'stack' | 'environment' | 'service' | 'component' | 'withDependencies' | 'withDependents'
  >,
  { components }: Pick<StackDeployment, 'components'>,
  code: Map<string, Pick<PreparedRevision, 'digest'>>,
  rows: ComponentRow[],
): NewTask[] {
  const plans = components.map(({ plan }) => plan);
  const taken = new Set(plans.map((plan) => earlierOf(plan, rows, encryption)?.project_id));
  const known = new Set(plans.map(({ id }) => id));
  const removed = rows.filter(({ component, project_id }) => !known.has(component) && !taken.has(project_id));
  const ids = [...known, ...removed.map(({ component }) => component)];
  const scope = new Set(requireInScope(ids, request, `stack ${request.stack} in ${request.environment}`));
  const isDeployed = (id: string) =>
    rows.some(({ component, status }) => component === id && status !== 'failed');
  const wanted = [...known].filter((id) => scope.has(id));
  const wide = isWholeScope(request)
    ? wanted
    : widenForDeploy(wanted, dependenciesOf(plans), isDeployed, request);
  const chosen = plans.filter(({ id }) => wide.includes(id));
  const withCode = chosen.map((plan) => ({ plan, codeDigest: code.get(plan.id)?.digest ?? '' }));
  const deploys = deployTasks(withCode, rows, encryption);
  const removable = new Set(withoutNetwork([...scope], request));
  const lost = removed.filter(({ component }) => removable.has(component));
  const after = Math.max(-1, ...deploys.map(({ wave }) => wave));
  const also = deploys.map(({ plan }) => plan.id);
  if (!isWholeScope(request)) requireUnneeded(lost, rows, also, encryption);
  return [...deploys, ...destroyTasks(lost, encryption, { after, also })];
}
