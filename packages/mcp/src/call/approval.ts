import { inputRequired, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** A plan that waits for an approval. */
export type Approval = {
  of: 'job' | 'pipeline';
  id: string;
  planDigest: string;
  /** For the person at the client; holds nothing that others wrote but names of projects and stacks. */
  question: string;
};

export type Decision = Pick<Approval, 'of' | 'id' | 'planDigest'> & { isApproved: boolean };

/** What a decision is about, between two rounds. A forged one says no more than the arguments of a call could. */
const subjectSchema = z.strictObject({
  of: z.enum(['job', 'pipeline']),
  id: z.string().max(100),
  planDigest: z.string().max(100),
});
const formSchema = z.object({ approve: z.boolean().meta({ title: 'Approve exactly this plan' }) });

/** Returns what makes the client ask its user. */
export function askUser({ of, id, planDigest, question }: Approval) {
  return inputRequired({
    inputRequests: {
      approval: inputRequired.elicit({ message: question, requestedSchema: formSchema }),
    },
    requestState: JSON.stringify({ of, id, planDigest }),
  });
}

/** Reads the user's decision from the second round of a call; `undefined` in the first round. */
export function decisionOf({ mcpReq }: ServerContext): Decision | undefined {
  const response = answerSchema.safeParse(mcpReq.inputResponses?.approval);
  const state = mcpReq.requestState<unknown>();
  if (!response.success || typeof state !== 'string') return undefined;
  const { action, content } = response.data;
  return {
    ...subjectSchema.parse(JSON.parse(state)),
    isApproved: action === 'accept' && content?.approve === true,
  };
}

const answerSchema = z.object({
  action: z.enum(['accept', 'decline', 'cancel']),
  content: formSchema.optional(),
});
