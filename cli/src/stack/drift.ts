import type { StackDrift } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { exitCodes, UsageError } from '../exit-code.ts';
import type { TargetOptions } from '../target.ts';
import { driftText } from '../text/drift-text.ts';
import { printable } from '../text/printable.ts';
import type { ConductOptions } from './conduct-options.ts';
import { reportPipeline, runPipeline } from './finish-pipeline.ts';
import { stackPlace } from './stack-name.ts';
import { scopeOf } from './start.ts';
import { watchPipeline } from './watch-pipeline.ts';

type DriftOptions = TargetOptions & ConductOptions & { detailedExitcode?: boolean };

export async function detectStackDrift(connection: Connection, options: DriftOptions): Promise<void> {
  const { stack, environment } = await stackPlace(options);
  const { pipelineId } = await connection.client.driftStack({
    params: { stack },
    body: { environment, ...scopeOf(options) },
  });
  const watched = await watchPipeline(connection, pipelineId);
  if (watched.pipeline.status !== 'completed') return reportPipeline(connection, watched, {});
  await showStackDrift(connection, options);
}

/** Prints the newest results; differences that a rule ignores are only counted. */
export async function showStackDrift({ client, json }: Connection, options: DriftOptions): Promise<void> {
  const { service, component } = scopeOf(options);
  const drift = await client.stackDrift({ params: await stackPlace(options) });
  const components = drift.components.filter(
    (each) =>
      (service === undefined || each.component.startsWith(`${service}/`)) &&
      (component === undefined ||
        each.component.replace(/@.*/, '') === component ||
        each.component === component),
  );
  console.log(json ? JSON.stringify({ ...drift, components }) : stackDriftText({ ...drift, components }));
  if (options.detailedExitcode && components.some(({ status }) => status === 'drifted'))
    process.exitCode = exitCodes.changes;
}

function stackDriftText({ components, rules }: StackDrift): string {
  const blocks = components.map(({ component, status, severity, resources, ignored }) => {
    const name = severity ? `${component} (${severity})` : component;
    const text = status === 'never_checked' ? `${name}: never checked` : driftText(name, resources);
    return ignored > 0 ? `${text}\n  ${ignored} ignored` : text;
  });
  const lines = rules.map(
    ({ ruleId, component, attribute, who, why, expiresAt }) =>
      `  ${ruleId}  ${component} ${attribute}, by ${who}: ${why}${expiresAt ? ` (until ${expiresAt})` : ''}`,
  );
  return printable([...blocks, ...(lines.length > 0 ? ['Ignored by rule:', ...lines] : [])].join('\n'));
}

export async function remediateStackDrift(connection: Connection, options: DriftOptions): Promise<void> {
  const { stack, environment } = await stackPlace(options);
  const { pipelineId } = await connection.client.remediateStack({
    params: { stack },
    body: { environment, ...scopeOf(options), autoApprove: options.autoApprove ?? false },
  });
  await runPipeline(connection, pipelineId, options);
}

export type IgnoreOptions = TargetOptions & { why: string; expiresAt?: string };

export async function ignoreStackDrift(
  { client, json }: Connection,
  attribute: string,
  options: IgnoreOptions,
): Promise<void> {
  const { component, why, expiresAt } = options;
  if (component === undefined)
    throw new UsageError('name the component with --component; * stands for any text');
  const answer = await client.ignoreStackDrift({
    params: await stackPlace(options),
    body: { component, attribute, why, expiresAt },
  });
  console.log(json ? JSON.stringify(answer) : `${answer.ruleId}: ${answer.message}`);
}

export async function showIgnoredDrift({ client, json }: Connection, ruleId: string, options: TargetOptions) {
  const answer = await client.removeDriftRule({ params: { ...(await stackPlace(options)), ruleId } });
  console.log(json ? JSON.stringify(answer) : `${answer.ruleId}: ${answer.message}`);
}

export async function scheduleStackDrift(
  { client, json }: Connection,
  cron: string | null,
  options: TargetOptions & { spreadMinutes?: number },
): Promise<void> {
  const { spreadMinutes } = options;
  const answer = await client.stackDriftSchedule({
    params: await stackPlace(options),
    body: { cron, spreadMinutes },
  });
  const { stack, environment } = answer;
  const text = answer.cron === null ? 'off' : `${answer.cron}, spread over ${answer.spreadMinutes} minutes`;
  console.log(json ? JSON.stringify(answer) : `${stack} ${environment}: ${text}`);
}
