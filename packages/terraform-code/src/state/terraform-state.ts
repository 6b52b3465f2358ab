/** The parts of a state file that the engine reads. Source: Terraform's state format version 4. */
export type TerraformState = {
  version: number;
  terraform_version: string;
  serial: number;
  lineage: string;
  outputs: Record<string, { value: unknown; type?: unknown; sensitive?: boolean }>;
  resources: StateResource[];
};
export type StateResource = {
  module?: string;
  mode: 'managed' | 'data';
  type: string;
  name: string;
  provider: string;
  instances: {
    index_key?: string | number;
    attributes?: Record<string, unknown> | null;
    sensitive_attributes?: unknown[];
    [more: string]: unknown;
  }[];
};
