import { jobIdSchema, jobStatusSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import { counted, countedPage } from '../answer/counted.ts';
import { afterStart } from '../call/after-start.ts';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import {
  cursor,
  looks,
  maxBytes,
  records,
  type Tool,
  type ToolAnswer,
  tool,
  waitSeconds,
} from '../call/tool.ts';
import { waitForJob } from '../call/wait.ts';
import { project } from './code-input.ts';
import { jobAnswer } from './job-answer.ts';
import { endOfLog } from './log.ts';
import { stateResources } from './state-resources.ts';

const jobId = jobIdSchema.describe('Id of the job');

const listProjects = tool({
  name: 'list_projects',
  title: 'List projects',
  description: 'Projects that this key may see, with the status of what they have deployed.',
  annotations: looks,
  input: z.object({ cursor, maxBytes }),
  async run({ cursor: after }, call) {
    const page = await call.client.projects({ query: { cursor: after, limit: 100 } });
    return {
      says: [countedPage(page.projects.length, 'project', page.nextCursor)],
      facts: { projects: page.projects.length, nextCursor: page.nextCursor },
      data: page,
    };
  },
});

const status = tool({
  name: 'status',
  title: 'Status of a job or project',
  description:
    "A job's status, plan, errors and outputs, waiting for its end if it is still at work; or, of a project, its newest job.",
  annotations: looks,
  input: z.object({ jobId: jobId.optional(), project: project.optional(), waitSeconds, maxBytes }),
  async run({ jobId: given, project: projectId, waitSeconds: seconds }, call) {
    const id = given ?? (await newestJob(call, projectId));
    return jobAnswer(call, await waitForJob(call, id, seconds));
  },
});

async function newestJob(call: Call, projectId: string | undefined): Promise<string> {
  if (projectId === undefined) throw new CallError('asking for a status: give jobId or project');
  const { jobs } = await call.client.jobs({ query: { projectId, limit: 1 } });
  if (!jobs[0]) throw new CallError(`asking for the status of ${projectId}: it has no job`);
  return jobs[0].jobId;
}

const jobs = tool({
  name: 'list_jobs',
  title: 'List jobs',
  description: 'Jobs that this key may see, newest first, for example those that wait for an approval.',
  annotations: looks,
  input: z.object({ project: project.optional(), status: jobStatusSchema.optional(), cursor, maxBytes }),
  async run({ project: projectId, status: wanted, cursor: after }, call) {
    const page = await call.client.jobs({ query: { projectId, status: wanted, cursor: after, limit: 20 } });
    const shown = page.jobs.map(({ failure: _, policy: __, ...job }) => job);
    return {
      says: [countedPage(shown.length, 'job', page.nextCursor)],
      facts: { jobs: shown.length, nextCursor: page.nextCursor },
      data: { jobs: shown },
    };
  },
});

const logs = tool({
  name: 'logs',
  title: 'Log of a job',
  description: "The end of a job's log, as much as maxBytes allows.",
  annotations: looks,
  input: z.object({ jobId, maxBytes }),
  async run({ jobId: id, maxBytes: most }, call) {
    const { lines, isWhole, bytes } = await endOfLog(call, id, most);
    return {
      says: [`The log has ${bytes} bytes; ${isWhole ? 'all of it is shown' : 'its end is shown'}.`],
      facts: { jobId: id, bytes, whole: isWhole },
      data: { log: lines },
    };
  },
});

const outputs = tool({
  name: 'outputs',
  title: 'Outputs of a project',
  description: 'Values that the deployed code gives out; sensitive ones read (sensitive).',
  annotations: looks,
  input: z.object({ project, maxBytes }),
  async run({ project: projectId }, call) {
    const { outputs: values } = await call.client.outputs({ params: { projectId } });
    const count = Object.keys(values).length;
    return { says: [`${counted(count, 'output')}.`], facts: { outputs: count }, data: { outputs: values } };
  },
});

const resources = tool({
  name: 'state_resources',
  title: 'Resources in the state',
  description:
    'What a project has deployed: the address and id of each object, with the attributes of those whose address begins with `address`.',
  annotations: looks,
  input: z.object({
    project,
    address: z.string().max(500).optional().describe('Beginning of an address, for example aws_s3_bucket.'),
    maxBytes,
  }),
  async run({ project: projectId, address }, call) {
    const { deploymentStatus, terraformState, stateUncertain } = await call.client.infrastructure({
      params: { projectId },
      query: { redacted: true },
    });
    const found = stateResources(terraformState, address);
    return {
      says: [
        `${counted(found.length, 'resource')}; the project is ${deploymentStatus}.`,
        ...(stateUncertain
          ? ['An apply was interrupted: objects may exist that the state does not have.']
          : []),
      ],
      facts: { resources: found.length, deploymentStatus, isUncertain: stateUncertain !== null },
      data: { resources: found, ...(stateUncertain ? { stateUncertain } : {}) },
    };
  },
});

const history = tool({
  name: 'history',
  title: 'Revisions of a project',
  description: 'Revisions of the code with their jobs, newest first; rollback takes their numbers.',
  annotations: looks,
  input: z.object({ project, cursor, maxBytes }),
  async run({ project: projectId, cursor: after }, call) {
    const page = await call.client.history({ params: { projectId }, query: { cursor: after, limit: 20 } });
    return {
      says: [countedPage(page.revisions.length, 'revision', page.nextCursor)],
      facts: { revisions: page.revisions.length, nextCursor: page.nextCursor },
      data: page,
    };
  },
});

const policy = tool({
  name: 'policy',
  title: 'Policy findings of a job',
  description:
    'Rules that code or plan of a job violate, with the remedy of each, and who could allow it. By default of the newest job of a project.',
  annotations: looks,
  input: z.object({ jobId: jobId.optional(), project: project.optional(), maxBytes }),
  async run({ jobId: given, project: projectId }, call) {
    const id = given ?? (await newestJob(call, projectId));
    const { verdict, code, plan, afterApply } = await call.client.jobPolicy({ params: { jobId: id } });
    const findings = [code, plan, afterApply].flatMap((report) => report?.findings ?? []).length;
    return {
      says: [`Verdict ${verdict}, ${counted(findings, 'finding')} in job ${id}.`],
      facts: { jobId: id, verdict, findings },
      data: { code, plan, afterApply },
    };
  },
});

const drift = tool({
  name: 'drift',
  title: 'Check for drift',
  description:
    'Compares what a project has deployed with the real objects. Changes neither; check: false answers the last result.',
  annotations: records,
  input: z.object({ project, check: z.boolean().default(true), waitSeconds, maxBytes }),
  async run({ project: projectId, check, waitSeconds: seconds }, call) {
    if (!check) return driftAnswer(call, projectId);
    const { jobId: id } = await call.client.checkDrift({ params: { projectId }, body: {} });
    return afterStart({ of: 'job', id }, async () => {
      const job = await waitForJob(call, id, seconds);
      return job.status === 'completed' ? driftAnswer(call, projectId) : jobAnswer(call, job);
    });
  },
});

async function driftAnswer({ client }: Call, projectId: string): Promise<ToolAnswer> {
  const {
    status: found,
    resources: drifted,
    checkedAt,
    orphans,
  } = await client.drift({ params: { projectId } });
  return {
    says: [`The project is ${found}: ${counted(drifted.length, 'resource')} in drift.`],
    facts: { status: found, drifted: drifted.length, checkedAt },
    data: { resources: drifted, ...(orphans.length > 0 ? { orphans } : {}) },
  };
}

/** Tools that look at projects and their jobs. */
export const lookTools: Tool[] = [
  listProjects,
  status,
  jobs,
  logs,
  outputs,
  resources,
  history,
  policy,
  drift,
];
