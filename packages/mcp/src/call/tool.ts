import type { ToolAnnotations } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type Answer, defaultMaxBytes, leastMaxBytes, mostMaxBytes } from '../answer/answer.ts';
import type { Approval } from './approval.ts';
import type { Call } from './call.ts';
import { defaultWaitSeconds, mostWaitSeconds } from './wait.ts';

export type ToolAnswer = Answer & { approval?: Approval };

/** A tool as the server registers it. */
export type Tool = {
  name: string;
  title: string;
  description: string;
  annotations: ToolAnnotations;
  input: z.ZodObject;
  run(input: never, call: Call): Promise<ToolAnswer>;
};

/** Keeps the type of a tool's input for its `run`. An argument that the tool does not have is refused, not ignored. */
export function tool<S extends z.ZodObject>(
  definition: Omit<Tool, 'input' | 'run'> & {
    input: S;
    run(input: z.output<S>, call: Call): Promise<ToolAnswer>;
  },
): Tool {
  return { ...definition, input: definition.input.strict() } as unknown as Tool;
}

/** Changes nothing, neither in the cloud nor in the engine. */
export const looks: ToolAnnotations = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };
/** Makes a record in the engine, and changes nothing in the cloud. */
export const records: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
};
/** May change or destroy what exists in the cloud. */
export const changes: ToolAnnotations = { ...records, destructiveHint: true };

export const maxBytes = z
  .number()
  .int()
  .min(leastMaxBytes)
  .max(mostMaxBytes)
  .default(defaultMaxBytes)
  .describe('Most bytes of data in the answer; what is cut is named');

export const cursor = z.string().optional().describe('nextCursor of the answer before');

export const message = z.string().max(500).optional().describe('Why; stands in the history');

export const waitSeconds = z
  .number()
  .int()
  .min(0)
  .max(mostWaitSeconds)
  .default(defaultWaitSeconds)
  .describe('How long to wait for the end; after that the job goes on, and status waits further');
