import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { type JournalRecord, journalRecordSchema } from '@deployment-engine/runner-api';
import type { CommandLine } from '../../src/process/command-line.ts';
import type { JobProviders } from '../../src/providers/job-providers.ts';
import { readJournal } from '../../src/runs/read-journal.ts';
import { jobPaths } from '../../src/workdir/job-paths.ts';
import type { Folders } from './boot.ts';

/** Creates a job's folder, for commands without a sandbox. */
export function makeJobFolder(folders: Folders) {
  const paths = jobPaths(folders.root, 'job', '.');
  for (const folder of [paths.rootModule, paths.temporary]) mkdirSync(folder, { recursive: true });
  return {
    paths,
    environment: { AWS_REGION: 'one' },
    sandbox: { mode: 'off' as const, confine: (line: CommandLine) => line },
    kind: 'provider' as const,
    network: { kind: 'none' as const },
  };
}

/** Creates a program that behaves like a provider when shared, or runs `command`. */
export function makeProvider(folders: Folders, type: string, command?: string) {
  const path = join(folders.root, `terraform-provider-${type}`);
  const source = `example.org/x/${type}`;
  const provider = `exec ${process.execPath} ${import.meta.dirname}/fake-provider.ts ${source}`;
  writeFileSync(path, `#!/bin/sh\ncd ${folders.root}\n${command ?? provider}\n`);
  chmodSync(path, 0o755);
  return { source, path };
}

/** Connects like Terraform does for each provider configuration. */
export async function connectTo(providers: JobProviders): Promise<ClientHttp2Session> {
  const [entry] = Object.values(JSON.parse((await providers.reattach()) ?? '')) as [
    { Addr: { String: string } },
  ];
  const session = connect('http://provider', {
    maxSessionMemory: 1000,
    createConnection: () => connectSocket(entry.Addr.String),
  });
  session.on('error', () => {});
  return session;
}

/** Makes one gRPC call; `status` is undefined if the connection ends first. */
export async function call(session: ClientHttp2Session, name: string, body: Buffer = Buffer.alloc(5)) {
  const path = `/tfplugin5.Provider/${name}`;
  const request = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
  let status: unknown;
  const chunks: Buffer[] = [];
  for (const event of ['response', 'trailers'])
    request.on(event, (headers: Record<string, unknown>) => {
      status = headers['grpc-status'] ?? status;
    });
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => {});
  request.end(body);
  await new Promise((resolve) => request.once('close', resolve));
  return { status, message: Buffer.concat(chunks) };
}

export async function journalOf(folder: string): Promise<JournalRecord[]> {
  const lines = (await readJournal(folder)).split('\n').filter(Boolean);
  return lines.map((line) => journalRecordSchema.parse(JSON.parse(line)));
}
