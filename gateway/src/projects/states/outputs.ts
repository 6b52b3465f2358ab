import { sensitiveText, type TerraformState } from '@deployment-engine/terraform-code';

/** Returns output values by name; sensitive ones are redacted unless `showSensitive` is set. */
export function redactedOutputs(state: TerraformState, showSensitive = false): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(state.outputs ?? {}).map(([name, output]) => [
      name,
      output.sensitive && !showSensitive ? sensitiveText : output.value,
    ]),
  );
}
