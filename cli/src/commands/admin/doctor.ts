import type { EngineProtection, RunnerStatus } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { connect } from '../../connection.ts';

export function doctorCommand(): Command {
  return new Command('doctor').action(async (_options: unknown, command: Command) => {
    const { client, json } = connect(command);
    const found = await client.protection();
    console.log(json ? JSON.stringify(found) : report(found));
    if (found.findings.length > 0) process.exitCode = 1;
  });
}

function report({ gateway, runners, findings }: EngineProtection): string {
  const { database } = gateway;
  return [
    `gateway on ${gateway.host}`,
    `  authentication  ${gateway.authentication}`,
    `  database        ${database.kind}${database.problem ? `, ${database.problem}` : ''}`,
    `  disk            ${gigabytes(gateway.freeDiskBytes)} free`,
    ...runners.flatMap(runnerLines),
    ...(findings.length > 0
      ? ['', ...findings.map((finding) => `! ${finding}`)]
      : ['', 'everything is protected']),
  ].join('\n');
}

function runnerLines(runner: RunnerStatus) {
  const { url, problem, terraform, providerMirror, freeDiskBytes, protection } = runner;
  if (problem) return [`runner ${url}: ${problem}`];
  return [
    `runner ${url}`,
    `  sandbox         ${protection?.mode ?? '?'}`,
    `  network         ${protection?.network ?? '?'}`,
    `  program         ${terraform?.product} ${terraform?.version}`,
    `  providers       ${providerMirror ? 'from the mirror' : 'downloaded'}`,
    `  warm providers  ${warmText(runner)}`,
    `  disk            ${gigabytes(freeDiskBytes ?? 0)} free`,
  ];
}

function warmText({ warmProviders }: RunnerStatus): string {
  if (!warmProviders || warmProviders.wanted === 0) return 'none';
  const { ready, wanted, hits, misses, memoryBytes } = warmProviders;
  return `${ready} of ${wanted} ready (${gigabytes(memoryBytes)}); taken by ${hits} jobs, missed by ${misses}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
