import type { StackLimits } from '@deployment-engine/contracts';
import type { KindOrigin } from '@deployment-engine/stacks';

/** Limits, and how the key that has them is named. */
export type NamedLimits = StackLimits & { key: string };

export type LimitedComponent = {
  id: string;
  service: string;
  kind: string;
  /** Missing in what an earlier version has stored: it counts as the repository's. */
  kindOrigin?: KindOrigin | undefined;
};

export type LimitProblem = {
  code: 'kind_not_allowed' | 'too_many_components' | 'too_many_services';
  /** `null` if it concerns the whole stack. */
  component: string | null;
  message: string;
};

/** Returns the components of kinds that the limits do not allow. */
export function kindProblems(limits: NamedLimits, components: LimitedComponent[]): LimitProblem[] {
  return components.flatMap(({ id, kind, kindOrigin }) => {
    const why = refusalOf(limits, kind, kindOrigin);
    return why
      ? [{ code: 'kind_not_allowed', component: id, message: `${id} is of kind ${kind}; ${why}` }]
      : [];
  });
}

function refusalOf(limits: NamedLimits, kind: string, origin: KindOrigin | undefined): string | undefined {
  const { key, allowedKinds, repositoryKinds } = limits;
  if (allowedKinds === null) return undefined;
  if (origin !== 'engine')
    return repositoryKinds ? undefined : `the API key ${key} may not deploy kinds of the repository`;
  if (allowedKinds.includes(kind)) return undefined;
  return `the API key ${key} may deploy only ${allowedKinds.join(', ') || 'no kind at all'}`;
}

/** Judges the components and services that a stack would have in an environment, without the network. */
export function countProblems(
  { key, maxServices, maxComponents }: NamedLimits,
  found: { components: number; services: number },
): LimitProblem[] {
  const problem = (code: LimitProblem['code'], what: string, count: number, max: number | null) =>
    max === null || count <= max
      ? []
      : [
          {
            code,
            component: null,
            message: `the stack would have ${count} ${what}; the API key ${key} allows ${max}`,
          },
        ];
  return [
    ...problem('too_many_services', 'services', found.services, maxServices),
    ...problem('too_many_components', 'components', found.components, maxComponents),
  ];
}
