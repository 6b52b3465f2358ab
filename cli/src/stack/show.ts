import type { Client } from '@deployment-engine/client';
import type { PipelineSummary } from '@deployment-engine/contracts';
import { allPages } from '../all-pages.ts';
import type { Connection } from '../connection.ts';
import { CliError, UsageError } from '../exit-code.ts';
import type { TargetOptions } from '../target.ts';
import { note } from '../terminal/output-mode.ts';
import { printable, table } from '../text/printable.ts';
import { pipelineExitCode, waitingText } from './finish-pipeline.ts';
import { pipelineText } from './pipeline-text.ts';
import { stackName, stackPlace } from './stack-name.ts';
import { scopeOf } from './start.ts';

const newest = 50;

/** Prints the status of every component in the scope. */
export async function showStackStatus({ client, json }: Connection, options: TargetOptions): Promise<void> {
  const { service, component } = scopeOf(options);
  const answer = await client.stackEnvironment({ params: await stackPlace(options) });
  const components = answer.components.filter(
    (each) =>
      (service === undefined || each.service === service) &&
      (component === undefined ||
        withoutRegion(each.component) === component ||
        each.component === component),
  );
  if (json) return console.log(JSON.stringify({ ...answer, components }));
  const rows = components.map(({ component: id, kind, status, region, pipelineId, updatedAt }) => [
    id,
    kind,
    status,
    region,
    pipelineId,
    updatedAt,
  ]);
  console.log(`${answer.stack} ${answer.environment}: ${answer.status}`);
  if (answer.activePipelineId) console.log(`at work: ${answer.activePipelineId}`);
  if (rows.length > 0)
    console.log(
      printable(table([['COMPONENT', 'KIND', 'STATUS', 'REGION', 'PIPELINE', 'UPDATED'], ...rows])),
    );
}

export async function showPipeline({ client, json, url }: Connection, pipelineId: string): Promise<void> {
  const pipeline = await client.pipeline({ params: { pipelineId } });
  console.log(json ? JSON.stringify(pipeline) : pipelineText(pipeline));
  if (!json && pipeline.status === 'awaiting_approval') console.log(waitingText(pipeline, url));
  process.exitCode = pipelineExitCode(pipeline);
}

/** Prints a stack's environments, or what one of them has. */
export async function showStack(connection: Connection, options: TargetOptions): Promise<void> {
  if (options.environment !== undefined) return showStackStatus(connection, options);
  await listStacks(connection, { ...options, stack: await stackName(options.stack) });
}

export async function listStacks({ client, json }: Connection, { stack }: TargetOptions): Promise<void> {
  const stacks =
    stack === undefined ? await allStacks(client) : (await client.stack({ params: { stack } })).environments;
  if (json) return console.log(JSON.stringify({ stacks }));
  const rows = stacks.map((each) => [
    each.stack,
    each.environment,
    String(each.components),
    each.lastStatus ?? '-',
    each.lastPipelineId ?? '-',
    each.updatedAt,
  ]);
  const head = ['STACK', 'ENVIRONMENT', 'COMPONENTS', 'LAST', 'PIPELINE', 'UPDATED'];
  console.log(rows.length > 0 ? table([head, ...rows]) : 'no stacks');
}

async function allStacks(client: Client) {
  const pages = await allPages((cursor) => client.stacks({ query: { cursor, limit: 200 } }));
  return pages.flatMap((page) => page.stacks);
}

export async function listPipelines({ client, json }: Connection, options: TargetOptions): Promise<void> {
  const { stack, environment } = options;
  const page = await client.pipelines({ query: { stack, environment, limit: newest } });
  if (stack !== undefined && page.pipelines.length === 0) await client.stack({ params: { stack } }); // throws if there is none
  printPipelines(page, json);
}

export async function showStackHistory({ client, json }: Connection, options: TargetOptions): Promise<void> {
  printPipelines(
    await client.stackHistory({ params: await stackPlace(options), query: { limit: newest } }),
    json,
  );
}

function printPipelines(
  page: { pipelines: PipelineSummary[]; nextCursor: string | null },
  json: boolean,
): void {
  if (json) return void console.log(JSON.stringify(page));
  const rows = page.pipelines.map(
    ({ pipelineId, stack, environment, type, status, source, createdAt, message }) => [
      pipelineId,
      stack,
      environment,
      type,
      status,
      source?.commit?.slice(0, 8) ?? '-',
      createdAt,
      message ?? '',
    ],
  );
  const head = ['PIPELINE', 'STACK', 'ENVIRONMENT', 'TYPE', 'STATUS', 'COMMIT', 'CREATED', ''];
  console.log(rows.length > 0 ? printable(table([head, ...rows])) : 'no pipelines');
  if (page.nextCursor !== null) note(`only the newest ${newest}`);
}

/** Returns the outputs of the stack, of one component, or of each component of a service by its id. */
export async function readStackOutputs(
  client: Client,
  options: TargetOptions,
): Promise<Record<string, unknown>> {
  const { service, component } = scopeOf(options);
  const { outputs, components } = await client.stackOutputs({ params: await stackPlace(options) });
  if (component !== undefined) {
    const found = components.find((each) => each.component === component);
    if (!found) throw new CliError(`component ${component} has no outputs here; it has ${names(components)}`);
    return found.outputs;
  }
  if (service === undefined) return outputs;
  const ofService = components.filter((each) => each.component.startsWith(`${service}/`));
  return Object.fromEntries(ofService.map((each) => [each.component, each.outputs]));
}

/** Returns the project that deploys a component. */
export async function projectOfComponent(client: Client, options: TargetOptions): Promise<string> {
  const { component } = options;
  if (component === undefined) throw new UsageError('name the component with --component service/name');
  const { components } = await client.stackEnvironment({ params: await stackPlace(options) });
  const found = components.find((each) => each.component === component);
  if (!found) throw new CliError(`there is no component ${component}; there are ${names(components)}`);
  return found.projectId;
}

function names(components: { component: string }[]): string {
  return components.map(({ component }) => component).join(', ') || 'none';
}

function withoutRegion(id: string): string {
  return id.replace(/@.*/, '');
}
