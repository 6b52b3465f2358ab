import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isFinished } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { patiently } from '../patiently.ts';
import { jobExitCode } from '../project/job-outcome.ts';
import { jobIdOf } from '../project/newest-job.ts';
import { projectOfComponent } from '../stack/show.ts';
import { isStack, type TargetOptions, withTarget } from '../target.ts';

type LogOptions = TargetOptions & { follow?: boolean };

export function logsCommand(): Command {
  return withTarget(new Command('logs'))
    .argument('[id]', 'a job or a project')
    .option('--follow', 'go on until the job has ended; the exit code is that of the job')
    .action(async (id: string | undefined, options: LogOptions, command: Command) => {
      const connection = connect(command);
      const project = isStack(options)
        ? await projectOfComponent(connection.client, options)
        : options.project;
      const jobId = await jobIdOf(connection.client, id, project);
      if (options.follow) await followLog(connection, jobId);
      else await printLog(connection, jobId);
    });
}

async function printLog({ client, json }: Omit<Connection, 'url'>, jobId: string): Promise<void> {
  const answer = await client.jobLogs({ params: { jobId } });
  if (json) return console.log(JSON.stringify({ jobId, log: await answer.text() }));
  await pipeline(Readable.fromWeb(answer.body), process.stdout, { end: false });
}

/** With `--json`, prints every event as a line of JSON. */
async function followLog({ client, json }: Connection, jobId: string): Promise<void> {
  const params = { jobId };
  let events = 0;
  for await (const { data } of client.jobEvents({ params })) {
    events += 1;
    if (json) console.log(JSON.stringify(data));
    else if (data.type === 'log') console.log(data.line);
  }
  const job = await patiently(() => client.status({ params }));
  if (events === 0 && isFinished(job.status)) await printLog({ client, json }, jobId); // its events were pruned
  process.exitCode = jobExitCode(job);
}
