import { sensitiveText, type TerraformState } from '@deployment-engine/terraform-code';

/** Output values by name; sensitive ones are replaced, unless they are asked for. */
export function maskedOutputs(state: TerraformState, showSensitive = false): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(state.outputs ?? {}).map(([name, output]) => [
      name,
      output.sensitive && !showSensitive ? sensitiveText : output.value,
    ]),
  );
}
