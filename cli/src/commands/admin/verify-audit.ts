import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Client } from '@deployment-engine/client';
import {
  type AuditEntry,
  type AuditFinding,
  type AuditHead,
  auditEntrySchema,
} from '@deployment-engine/contracts';
import { AuditChain } from '@deployment-engine/service';
import { CliError } from '../../exit-code.ts';

export type Verified = { valid: boolean; entries: number; findings: AuditFinding[] };

/**
 * Verifies the chain of entries locally, and asks the engine, which has the key, whether it signed its own
 * entries and the head. Entries of an export must equal the engine's entries with the same numbers, up to its
 * newest.
 */
export async function verifyAudit(
  client: Client,
  lines: AsyncIterable<string>,
  head: AuditHead | undefined,
): Promise<Verified> {
  const engine = await client.verifyAudit({ query: { ...head } });
  const chain = new AuditChain({ heads: head ? [head] : [] });
  let last: AuditEntry | undefined;
  for await (const line of lines) {
    if (!line) continue;
    last = parseEntry(line);
    chain.add(last);
  }
  const findings = [...chain.finish(), ...engine.findings];
  if (last && !(await hasEntry(client, last)))
    findings.push({
      seq: last.seq,
      kind: 'edited',
      detail: `entry ${last.seq} differs from the engine's entry with this number`,
    });
  return { valid: findings.length === 0, entries: chain.entries, findings };
}

/** Whether the engine has this entry; its hash covers all earlier ones. */
async function hasEntry(client: Client, { seq, hash }: AuditEntry): Promise<boolean> {
  const answer = await client.audit({ query: { cursor: seq - 1, limit: 1 } });
  const line = (await answer.text()).trim();
  return line !== '' && parseEntry(line).hash === hash;
}

function parseEntry(line: string): AuditEntry {
  const entry = auditEntrySchema.safeParse(parseLine(line));
  if (!entry.success)
    throw new CliError(`reading the audit log: a line is not an entry: ${line.slice(0, 80)}`);
  return entry.data;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export async function* fileLines(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path);
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw new CliError(`reading ${path}: ${(error as Error).message}`);
  }
}

export async function* engineLines(client: Client): AsyncGenerator<string> {
  const answer = await client.audit();
  yield* createInterface({ input: Readable.fromWeb(answer.body) });
}
