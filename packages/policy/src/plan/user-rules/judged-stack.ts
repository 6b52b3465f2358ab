/** A resolved stack, as rules read it. */
export type JudgedStack = {
  stack: string;
  environment: string;
  components: JudgedComponent[];
};
export type JudgedComponent = {
  id: string;
  service: string;
  name: string;
  kind: string;
  region: string;
  stateful: boolean;
  labels: Record<string, string>;
  dependsOn: string[];
  spec: unknown;
  infra: unknown;
};
