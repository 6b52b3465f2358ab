import type { Schema } from '../schema/schema.ts';

export type KindOrigin = 'engine' | 'repository';

/** What the engine knows of a kind of component. */
export type Kind = {
  name: string;
  /** `repository`: its folder is in the `kinds` of the deployment repository. */
  origin: KindOrigin;
  /** Other names that files may use. */
  aliases: string[];
  group: string;
  /** Whether it holds data that a rollback does not bring back. */
  stateful: boolean;
  /** How long a first apply usually takes, in minutes. */
  usualMinutes: number;
  /** Whether it runs an image, so that all fields of ComponentInfra apply. */
  runsContainers: boolean;
  /** Of `spec`; has the defaults. */
  schema: Schema;
  /** Names that `valueFrom.output` may have. */
  outputs: string[];
  /** Fields of `spec` that are accepted and ignored, with the reason; `ports[].name` is such a path. */
  noEffect: Readonly<Record<string, string>>;
  /** Path in its folder → text of what a project that uses it needs. */
  files: ReadonlyMap<string, string>;
  /** Outputs that its code reads from components that it refers to without naming an output. */
  referencedOutputs: string[];
  /** Outputs declared sensitive. */
  sensitiveOutputs: string[];
  /** Outputs of the foundation that its code reads from `var.context`. */
  foundationOutputs: string[];
  /** A boolean field of `spec` without which it needs no network, like `vpc.enabled`; undefined if nothing decides it. */
  networkOnlyIf: string | undefined;
};

export type KindCatalog = {
  /** By name; aliases are not keys. */
  kinds: ReadonlyMap<string, Kind>;
  /** Schema of ComponentInfra. */
  infraSchema: Schema;
};

/** The kind of the implicit component with the network; files can't name it. */
export const foundationKind = 'Foundation';

/** Finds a kind by its name or an alias. */
export function findKind({ kinds }: KindCatalog, name: string): Kind | undefined {
  return kinds.get(name) ?? [...kinds.values()].find(({ aliases }) => aliases.includes(name));
}

/** Names that a component's `kind` may have. */
export function componentKindNames({ kinds }: KindCatalog): string[] {
  return [...kinds.values()].flatMap(({ name, aliases }) =>
    name === foundationKind ? [] : [name, ...aliases],
  );
}

/** Fields of ComponentInfra that every kind has. */
const infraOfAll = ['logRetentionDays', 'protect'];

/** Returns the schema of `infra` for a kind. */
export function infraSchemaOf({ infraSchema }: KindCatalog, kind: Kind): Schema {
  if (kind.runsContainers) return infraSchema;
  const properties = Object.entries(infraSchema.properties ?? {}).filter(([name]) =>
    infraOfAll.includes(name),
  );
  return { ...infraSchema, properties: Object.fromEntries(properties) };
}
