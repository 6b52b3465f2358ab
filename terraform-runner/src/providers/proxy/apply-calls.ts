import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { JournalBegin, JournalEnd } from '@deployment-engine/runner-api';
import { readApplyAnswer, readApplyRequest } from './apply-message.ts';
import { withoutConnection } from './forward.ts';
import type { JournalFile } from './journal-file.ts';
import { type Answer, call, ownAnswer, readRequest, reply } from './unary-call.ts';
import type { Upstream } from './upstream.ts';

/** How long a call waits for a disk that rejects writes. */
const holdMs = 30_000;
const resourceExhausted = 8;
const invalidArgument = 3;

export type ApplyCallsOptions = {
  journal: JournalFile;
  /** This file exists while no call is in flight. */
  idlePath: string;
  versionOf(type: string): Promise<number>;
  /** Called when a call of this process has ended. */
  onEnd(upstream: Upstream): void;
};

export function isApply(headers: IncomingHttpHeaders): boolean {
  return /^\/tfplugin[56]\.Provider\/ApplyResourceChange$/.test(headers[':path'] ?? '');
}

/**
 * Passes on the calls that change objects and records them: the request before the provider gets it, the
 * answer before Terraform gets it. A call continues if Terraform dies.
 */
export function createApplyCalls({ journal, idlePath, versionOf, onEnd }: ApplyCallsOptions) {
  let inFlight = 0;
  markIdle();

  function markIdle(): void {
    try {
      writeFileSync(idlePath, '');
    } catch {
      // The disk is full: the runner waits as long as for a hanging call.
    }
  }

  function enter(upstream: Upstream, isCreate: boolean): () => void {
    if (inFlight === 0) rmSync(idlePath, { force: true });
    inFlight += 1;
    upstream.applies += 1;
    if (isCreate) upstream.creates += 1;
    return () => {
      inFlight -= 1;
      upstream.applies -= 1;
      if (isCreate) upstream.creates -= 1;
      if (inFlight === 0) markIdle();
      onEnd(upstream);
    };
  }

  async function apply(
    upstream: Upstream,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ): Promise<void> {
    const message = await readRequest(stream);
    const request = readApplyRequest(message);
    if (!request) return reply(stream, ownAnswer(unreadable));
    const id = randomBytes(8).toString('hex');
    const leave = enter(upstream, request.action === 'create');
    try {
      const begin: JournalBegin = {
        kind: 'begin',
        ...{ id, at: new Date().toISOString(), provider: upstream.source, ...request },
      };
      if (!(await journal.append(begin, holdMs))) return reply(stream, ownAnswer(unrecorded));
      const path = headers[':path'] ?? '';
      const answer = await call(upstream.session, path, message, withoutConnection(headers));
      const schemaVersion = await versionOf(request.type);
      await journal.append(endOf(id, answer, upstream, schemaVersion), holdMs);
      reply(stream, answer);
    } finally {
      leave();
    }
  }

  return {
    /** If the provider dies meanwhile, Terraform's connection ends and no end is recorded. */
    pass: (upstream: Upstream, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void =>
      void apply(upstream, stream, headers).catch(() => stream.destroyed || stream.close(2)),
  };
}

function endOf(id: string, answer: Answer, { isStopped }: Upstream, schemaVersion: number): JournalEnd {
  const at = new Date().toISOString();
  return { kind: 'end', id, at, ...readApplyAnswer(answer), schemaVersion, stopped: isStopped };
}

const unreadable = {
  status: invalidArgument,
  message: 'applying: the engine could not read what Terraform asks of the provider, so it was not asked',
};
const unrecorded = {
  status: resourceExhausted,
  message:
    'applying: the engine could not record the call on the disk of the run, which may be full, so the provider was not asked',
};
