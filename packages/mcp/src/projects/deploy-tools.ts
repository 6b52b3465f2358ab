import { z } from 'zod';
import { approvesOnly } from '../call/approves-only.ts';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import { changes, maxBytes, message, type Tool, type ToolAnswer, tool, waitSeconds } from '../call/tool.ts';
import { approvedJob, approveJob } from './approve.ts';
import { codeBody, codeInput, project } from './code-input.ts';
import { followedJob } from './followed-job.ts';

const toRevision = z.number().int().positive().optional().describe('From history');
const howToApprove =
  'To apply exactly the plan that it answers, call it again with the jobId and planDigest of the answer, and nothing else, once the user agrees.';

/** Tools that change a project. None applies a plan that nobody has approved by its digest. */
export function deployTools(hasFolders: boolean): Tool[] {
  return [deployTool(hasFolders), destroyTool, rollbackTool];
}

function deployTool(hasFolders: boolean): Tool {
  return tool({
    name: 'deploy',
    title: 'Deploy Terraform code',
    description: `Plans a deploy of the code into the project, and stops. ${howToApprove}`,
    annotations: changes,
    input: z.object({
      project: project.optional(),
      ...codeInput(hasFolders),
      message,
      ...approvedJob,
      waitSeconds,
      maxBytes,
    }),
    run({ project: projectId, message: why, jobId, planDigest, waitSeconds: seconds, ...given }, call) {
      const { code, files, folder, variables } = given;
      const others = { message: why, code, files, folder, variables };
      const asked = { projectId, jobId, planDigest, type: 'deploy', seconds, others } as const;
      return startOrApprove(call, asked, async (id) => {
        const body = { projectId: id, autoApprove: false, message: why, ...(await codeBody(call, given)) };
        return call.client.deploy({ body });
      });
    },
  });
}

const destroyTool = tool({
  name: 'destroy',
  title: 'Destroy a project',
  description: `Plans to destroy everything that the project has deployed, and stops. ${howToApprove}`,
  annotations: changes,
  input: z.object({ project: project.optional(), ...approvedJob, waitSeconds, maxBytes }),
  run: ({ project: projectId, jobId, planDigest, waitSeconds: seconds }, call) =>
    startOrApprove(call, { projectId, jobId, planDigest, type: 'destroy', seconds, others: {} }, (id) =>
      call.client.destroy({ body: { projectId: id, autoApprove: false } }),
    ),
});

const rollbackTool = tool({
  name: 'rollback',
  title: 'Deploy an earlier revision',
  description: `Plans to deploy an earlier revision of the project, by default the one before the current, and stops. Data does not come back. ${howToApprove}`,
  annotations: changes,
  input: z.object({ project: project.optional(), toRevision, ...approvedJob, waitSeconds, maxBytes }),
  run({ project: projectId, toRevision: to, jobId, planDigest, waitSeconds: seconds }, call) {
    const others = { toRevision: to };
    return startOrApprove(call, { projectId, jobId, planDigest, type: 'rollback', seconds, others }, (id) =>
      call.client.rollback({ body: { projectId: id, toRevision: to, autoApprove: false } }),
    );
  },
});

type Asked = {
  projectId?: string | undefined;
  jobId?: string | undefined;
  planDigest?: string | undefined;
  type: 'deploy' | 'destroy' | 'rollback';
  seconds: number;
  /** What a plan is made of, which a call that approves one must not give. */
  others: Record<string, unknown>;
};

async function startOrApprove(
  call: Call,
  { projectId, jobId, planDigest, type, seconds, others }: Asked,
  start: (projectId: string) => Promise<{ jobId: string }>,
): Promise<ToolAnswer> {
  if (jobId !== undefined && planDigest !== undefined) {
    approvesOnly('jobId', others);
    return approveJob(call, { jobId, planDigest }, { toolName: type, projectId, seconds });
  }
  if (jobId !== undefined || planDigest !== undefined)
    throw new CallError(`approving a plan: give both jobId and planDigest, as the ${type} answered them`);
  if (projectId === undefined) throw new CallError(`planning a ${type}: name the project`);
  const started = await start(projectId);
  return followedJob(call, started.jobId, seconds);
}
