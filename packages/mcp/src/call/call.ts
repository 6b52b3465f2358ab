import type { Client } from '@deployment-engine/client';
import type { Files, RepositoryFiles } from '@deployment-engine/contracts';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Repetitions } from './repetitions.ts';

/** Reads folders of the machine on which the caller works. Throws for one that it may not read. */
export type FolderReader = {
  project(folder: string): Promise<Files>;
  repository(folder: string): Promise<{ files: RepositoryFiles; folders: string[] }>;
};

/** What serves all calls of a server. */
export type Serving = {
  client: Client;
  /** Whose repetitions are counted together. */
  caller: string;
  repetitions: Repetitions;
  /** Only where the server runs on the caller's machine. */
  folders?: FolderReader | undefined;
};

/** One call of a tool. */
export type Call = Serving & {
  /** Aborted when the caller gives up. */
  signal: AbortSignal;
  /** Tells the caller how far the work is, if it wants to know. */
  progress(message: string): void;
};

export function callOf(serving: Serving, { mcpReq }: ServerContext): Call {
  const token = mcpReq._meta?.progressToken;
  let count = 0;
  return {
    ...serving,
    signal: mcpReq.signal,
    progress(message) {
      if (token === undefined) return;
      count += 1;
      const params = { progressToken: token, progress: count, message };
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  };
}
