import type { JobView, PipelineView } from '@deployment-engine/contracts';
import type { Client } from '../../../testing/client.ts';
import { stateObjects } from '../objects.ts';
import { type Crates, crates, objectsPerCrate, projectOf } from './crates.ts';

export type Surroundings = { client: Client; sort: Crates; environment: string };
/** What a pipeline says of its components, against what exists. */
export async function brokenOutcome(
  { sort, environment }: Surroundings,
  { pipelineId, type, status, components, error }: PipelineView,
): Promise<string[]> {
  const existing = await sort.existing(environment);
  const isDone = (task: { status: string }) => task.status === 'succeeded' || task.status === 'unchanged';
  const broken = components.filter(isDone).flatMap(({ component }) => {
    const { boxes = [], label } = existing.get(component) ?? {};
    const count = boxes.length + (label ? 1 : 0);
    if (type === 'destroy')
      return count > 0 ? [`${component} is reported as destroyed, but ${count} objects exist`] : [];
    const isWhole = boxes.length === 1 && label?.box === boxes[0];
    return isWhole ? [] : [`${component} is reported as deployed, but ${boxes.length} boxes exist`];
  });
  if ((status === 'completed') !== components.every(isDone))
    broken.push(`${pipelineId} is ${status} with ${components.filter(isDone).length} components done`);
  if (status !== 'completed' && !error) broken.push(`${pipelineId} is ${status} without an error`);
  return broken;
}

/** Boxes that are neither in a state nor in a report. */
export async function lostObjects({ client, sort, environment }: Surroundings): Promise<string[]> {
  const lost: string[] = [];
  const { boxType } = sort;
  if (boxType === undefined) return lost;
  for (const [component, { boxes }] of await sort.existing(environment)) {
    const { body } = await client.get(`/api/deploy/infrastructure/${projectOf(environment, component)}`);
    const known = stateObjects(body.terraformState).get(boxType) ?? new Set();
    const reported = (body.stateUncertain?.unrecorded ?? []) as { type: string }[];
    const open = reported.filter(({ type }) => type === boxType).length;
    const unknown = boxes.filter((id) => !known.has(id));
    if (unknown.length > open)
      lost.push(`${component}: ${unknown.join(', ')} are neither in the state nor in the report`);
  }
  return lost;
}

/** After a completed deploy: each object once, with the ids of what it needs, and the state document says the same. */
export async function brokenAfterDeploy(round: Surroundings): Promise<string[]> {
  const { client, sort, environment } = round;
  const existing = await sort.existing(environment);
  const { body: document } = await client.get(`/api/stacks/crates/environments/${environment}/state`);
  const broken: string[] = [];
  for (const [component, needs] of Object.entries(crates)) {
    const { boxes = [], label } = existing.get(component) ?? {};
    const needed = needs.map((need) => existing.get(need)?.boxes[0]);
    if (boxes.length !== 1 || JSON.stringify(label?.needs) !== JSON.stringify(needed))
      broken.push(`${component} has ${boxes.length} boxes and stores ${JSON.stringify(label)}`);
    const { status, actual_state: actual } = document.resources[component] ?? {};
    if (status !== 'deployed' || actual?.resource_count !== objectsPerCrate)
      broken.push(`the state document says of ${component}: ${status}, ${actual?.resource_count} resources`);
    if (sort.boxType === undefined) continue;
    const { body } = await client.get(`/api/deploy/state/${projectOf(environment, component)}`);
    const ids = [...(stateObjects(body.state).get(sort.boxType) ?? [])];
    if (ids.join() !== boxes.join()) broken.push(`the state of ${component} has ${ids}, not ${boxes}`);
  }
  return [...broken, ...(await unfinished(round))];
}

/** After a completed destroy: nothing in the cloud, nothing in the state document, nothing held. */
export async function brokenAfterDestroy(round: Surroundings): Promise<string[]> {
  const { client, sort, environment } = round;
  const base = `/api/stacks/crates/environments/${environment}`;
  const left = [...(await sort.existing(environment)).keys()];
  const broken = left.length > 0 ? [`left in the cloud after destroy: ${left.join(', ')}`] : [];
  const { body: shown } = await client.get(base);
  if (shown.status !== 'not_deployed' || shown.components.length > 0)
    broken.push(`after destroy the environment is ${shown.status}`);
  const { body: document } = await client.get(`${base}/state`);
  if (Object.keys(document.resources).length > 0)
    broken.push('after destroy the state document has components');
  return [...broken, ...(await unfinished(round))];
}

/** Jobs without an end, and locks, when no pipeline is at work. */
async function unfinished({ client, environment }: Surroundings): Promise<string[]> {
  const broken: string[] = [];
  for (const component of Object.keys(crates)) {
    const { body } = await client.get(`/api/deploy/jobs?projectId=${projectOf(environment, component)}`);
    for (const { jobId, endTime } of body.jobs as JobView[])
      if (endTime === null) broken.push(`job ${jobId} has no end`);
  }
  const { body } = await client.get(`/api/stacks/crates/environments/${environment}/locks`);
  if (body.locks.length > 0) broken.push(`${body.locks.length} locks are held`);
  return broken;
}
