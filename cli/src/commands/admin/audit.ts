import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AuditHead, auditHeadSchema } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { connect } from '../../connection.ts';
import { CliError } from '../../exit-code.ts';
import { engineLines, fileLines, verifyAudit } from './verify-audit.ts';

export function auditCommand(): Command {
  return new Command('audit')
    .addCommand(exportCommand())
    .addCommand(headCommand())
    .addCommand(verifyCommand());
}

type ExportOptions = { cursor?: string; from?: string; to?: string };

function exportCommand(): Command {
  return new Command('export')
    .description('write the log as JSON lines to a file, or to the standard output')
    .argument('[file]')
    .option('--cursor <seq>', 'only entries after this number')
    .option('--from <time>', 'ISO 8601')
    .option('--to <time>', 'ISO 8601')
    .action(async (file: string | undefined, options: ExportOptions, command: Command) => {
      const { cursor, from, to } = options;
      const query = { cursor: cursor === undefined ? undefined : Number(cursor), from, to };
      const answer = await connect(command).client.audit({ query });
      const target = file ? createWriteStream(file, { mode: 0o600 }) : process.stdout;
      await pipeline(Readable.fromWeb(answer.body), target, { end: file !== undefined });
    });
}

function headCommand(): Command {
  return new Command('head')
    .description(
      'write the signed newest entry to a file; keep it out of reach of everybody with database access',
    )
    .argument('<file>')
    .action(async (file: string, _options, command: Command) => {
      const head = await connect(command).client.auditHead();
      await writeFile(file, `${JSON.stringify(head)}\n`);
      console.log(`Wrote the head of entry ${head.seq} to ${file}`);
    });
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('check that no entry was edited, moved or removed')
    .option('--head <file>', 'an earlier head: the log must still contain all entries up to it')
    .option('--export <file>', "check an export instead of the engine's log")
    .action(async (options: { head?: string; export?: string }, command: Command) => {
      const { client, json } = connect(command);
      const head = options.head ? await readHead(options.head) : undefined;
      const lines = options.export ? fileLines(options.export) : engineLines(client);
      const result = await verifyAudit(client, lines, head);
      console.log(json ? JSON.stringify(result) : describe(result));
      if (!result.valid) process.exitCode = 1;
    });
}

function describe({ valid, entries, findings }: Awaited<ReturnType<typeof verifyAudit>>): string {
  const lines = findings.map(({ kind, detail }) => `  ${kind}: ${detail}`);
  return [`The audit log of ${entries} entries is ${valid ? 'intact' : 'NOT intact'}`, ...lines].join('\n');
}

async function readHead(file: string): Promise<AuditHead> {
  try {
    return auditHeadSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new CliError(`reading ${file}: it is not an audit log head; create one with audit head`);
  }
}
