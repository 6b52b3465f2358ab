import type { Kind } from '../kind/kind.ts';
import type { ComponentSource } from '../loading/component.ts';
import type { Tree } from '../tree/tree.ts';

/** A component in a region, with its layers, variables and defaults; its references are as in the files. */
export type Instance = {
  /** `service/component`, with `@region` if the component names its regions. */
  id: string;
  service: string;
  name: string;
  region: string;
  /** Undefined if the kind is unknown. */
  kind: Kind | undefined;
  projectId: string;
  spec: Tree;
  infra: Tree;
  configs: Record<string, string> | undefined;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  source: ComponentSource;
};
