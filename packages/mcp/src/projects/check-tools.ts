import { z } from 'zod';
import { counted } from '../answer/counted.ts';
import type { Call } from '../call/call.ts';
import { problemData } from '../call/problems.ts';
import { looks, maxBytes, records, type Tool, tool, waitSeconds } from '../call/tool.ts';
import { codeBody, codeInput, project } from './code-input.ts';
import { followedJob } from './followed-job.ts';

/** Tools that check code before it is deployed. */
export function checkTools(hasFolders: boolean): Tool[] {
  return [validateTool(hasFolders), planTool(hasFolders), costTool(hasFolders)];
}

function validateTool(hasFolders: boolean): Tool {
  return tool({
    name: 'validate',
    title: 'Validate Terraform code',
    description:
      'Checks Terraform code: syntax, references, types, and what the engine forbids. Stores nothing. Each diagnostic has a stable code, file, line and fingerprint.',
    annotations: looks,
    input: z.object({ ...codeInput(hasFolders), maxBytes }),
    async run(input, call) {
      const body = await codeBody(call, input);
      const { valid, errors, warnings } = await call.client.validateCode({ body });
      const { data, says, repeated } = problemData(call, { subject: 'code' }, errors, warnings);
      return {
        says: [
          `The code is ${valid ? 'valid' : 'not valid'}: ${counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}.`,
          ...says,
        ],
        facts: { valid, errors: errors.length, warnings: warnings.length, repeated },
        ...(data.length > 0 ? { data: { diagnostics: data } } : {}),
      };
    },
  });
}

function planTool(hasFolders: boolean): Tool {
  return tool({
    name: 'plan',
    title: 'Plan a deploy',
    description:
      'Shows what a deploy of this code would change, with its costs and policy findings. Changes nothing in the cloud. A deploy makes a plan of its own and stops before it is applied.',
    annotations: records,
    input: z.object({ project, ...codeInput(hasFolders), waitSeconds, maxBytes }),
    async run({ project: projectId, waitSeconds: seconds, ...code }, call) {
      const { jobId } = await call.client.plan({ body: { projectId, ...(await codeBody(call, code)) } });
      return followedJob(call, jobId, seconds);
    },
  });
}

function costTool(hasFolders: boolean): Tool {
  return tool({
    name: 'cost',
    title: 'Estimate monthly costs',
    description: 'Estimates the monthly costs of a project as it is deployed, or of code that is given.',
    annotations: looks,
    input: z.object({ project: project.optional(), ...codeInput(hasFolders), maxBytes }),
    async run({ project: projectId, ...code }, call) {
      const costs = await costsOf(call, projectId, code);
      const { total, currency, confidence, diff } = costs;
      return {
        says: [`About ${total} ${currency} a month (confidence: ${confidence}); the bill depends on usage.`],
        facts: { total, currency, confidence, difference: diff?.difference ?? null },
        data: {
          resources: costs.resources.map(({ address, status, monthlyCost }) => ({
            address,
            status,
            monthlyCost,
          })),
          difference: diff,
          unpriced: costs.unpriced,
          assumptions: costs.assumptions,
        },
      };
    },
  });
}

async function costsOf(call: Call, projectId: string | undefined, code: Parameters<typeof codeBody>[1]) {
  if (projectId !== undefined) return (await call.client.costs({ params: { projectId } })).costs;
  return (await call.client.codeCosts({ body: await codeBody(call, code) })).costs;
}
