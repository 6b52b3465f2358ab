import type { StackComponent, StackProblem } from '@deployment-engine/contracts';
import {
  type Drawing,
  didYouMean,
  type KindCatalog,
  type Resolution,
  renderDot,
  renderJson,
  renderMermaid,
  renderText,
  resolveStack,
  type StackError,
  validateStack,
} from '@deployment-engine/stacks';
import { limitErrors } from './limit-errors.ts';
import type { CheckQuestion, StackCheck } from './resolver-messages.ts';

const renderers = { text: renderText, mermaid: renderMermaid, dot: renderDot, json: renderJson };

/** Resolves the stack in the environment, or checks it in all of its environments. */
export function checkStack(question: CheckQuestion, kinds: KindCatalog): StackCheck {
  const { stack, environment, service } = question;
  const { found, valid } = resolve(question, kinds);
  const errors = [
    ...unknownService(question),
    ...[...(found.errors ?? []), ...limitErrors(question.limits, valid)].filter((error) =>
      isAbout(error, service),
    ),
  ];
  const checked = {
    stack,
    environment: environment ?? null,
    valid: errors.length === 0,
    errors,
    warnings: found.warnings.filter((warning) => isAbout(warning, service)),
  };
  if (!('components' in found) || errors.length > 0)
    return {
      ...checked,
      message: message(question, errors.length),
      components: null,
      waves: null,
      graph: null,
      foundation: null,
      drawing: null,
    };
  const presented = presentResolution(found, service);
  return {
    ...checked,
    ...presented,
    message: `${message(question, 0)}: ${counted(presented.components.length, 'component')} in ${counted(presented.waves.length, 'wave')}`,
    drawing: question.format ? renderers[question.format](drawingOf(found)) : null,
  };
}

/** `valid` are the environments that could be resolved. */
function resolve(question: CheckQuestion, kinds: KindCatalog) {
  const { environment } = question;
  const valid: Resolution[] = [];
  if (environment === undefined) {
    const found = validateStack({ ...question, kinds }, (resolution) => valid.push(resolution));
    return { found, valid };
  }
  const found = resolveStack({ ...question, environment, kinds });
  if (!found.errors) valid.push(found);
  return { found, valid };
}

function unknownService({ files, stack, service }: CheckQuestion): StackError[] {
  const folder = `stacks/${stack}/services/`;
  const known = new Set(
    [...files.keys()].flatMap((path) =>
      path.startsWith(folder) ? path.slice(folder.length).split('/', 1) : [],
    ),
  );
  if (service === undefined || known.has(service) || known.size === 0) return [];
  const hint = didYouMean(service, known) || `; known: ${[...known].join(', ')}`;
  const message = `service ${service} does not exist in the stack${hint}`;
  return [{ code: 'unknown_service', file: `stacks/${stack}/stack.yaml`, line: 1, column: 1, message }];
}

/** Whether a problem concerns the service: it lies in its files, or in those of the stack. */
function isAbout({ file }: StackProblem, service: string | undefined): boolean {
  const owner = /^stacks\/[^/]+\/(?:environments\/[^/]+\/)?services\/([^/]+)\//.exec(file)?.[1];
  return service === undefined || owner === undefined || owner === service;
}

function message({ stack, environment, service }: CheckQuestion, errors: number): string {
  const what = service === undefined ? `stack ${stack}` : `service ${service} of stack ${stack}`;
  const where = environment === undefined ? 'all environments' : environment;
  return errors === 0
    ? `${what} is valid in ${where}`
    : `${what} is not valid in ${where}: ${counted(errors, 'error')}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function presentResolution({ components, graph, waves, foundation }: Resolution, service?: string) {
  const isShown = (id: string) => service === undefined || components.get(id)?.service === service;
  const edges = graph.edges.filter(({ component }) => isShown(component));
  const shownWaves = waves.map((wave) => wave.filter(isShown));
  return {
    components: presentComponents({ components, graph, waves }).filter(({ id }) => isShown(id)),
    waves: shownWaves.filter((wave) => wave.length > 0),
    graph: {
      nodes: graph.nodes.filter(isShown),
      edges: edges.map(({ component, dependsOn, by }) => ({ component, dependsOn, by })),
    },
    foundation: foundation
      ? { kind: foundation.kind, region: foundation.region, projectId: foundation.projectId }
      : null,
  };
}

function presentComponents({
  components,
  graph,
  waves,
}: Pick<Resolution, 'components' | 'graph' | 'waves'>): StackComponent[] {
  const needs = Map.groupBy(graph.edges, ({ component }) => component);
  return waves.flatMap((wave, index) =>
    wave.flatMap((id) => {
      const component = components.get(id);
      if (!component) return [];
      const { service, name, kind, region, projectId, labels } = component;
      const dependsOn = [...new Set(needs.get(id)?.map((edge) => edge.dependsOn))];
      return [{ id, service, name, kind, region, wave: index + 1, dependsOn, projectId, labels }];
    }),
  );
}

function drawingOf({ waves, graph, components }: Resolution): Drawing {
  return {
    waves,
    edges: graph.edges,
    kinds: new Map([...components].map(([id, { kind }]) => [id, kind])),
  };
}
