import type { TerraformState } from './store.ts';

export const sensitiveText = '(sensitive)';

/** Output values by name; sensitive ones are replaced. */
export function maskedOutputs(state: TerraformState): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(state.outputs ?? {}).map(([name, output]) => [
      name,
      output.sensitive ? sensitiveText : output.value,
    ]),
  );
}
