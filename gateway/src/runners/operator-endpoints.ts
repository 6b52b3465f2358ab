/** Variables of the clouds' own tools that replace the cloud's address with another one. */
const endpointVariable =
  /^(AWS_ENDPOINT_URL(_[A-Z0-9_]+)?|ARM_[A-Z_]*ENDPOINT|GOOGLE_[A-Z0-9_]+_CUSTOM_ENDPOINT)$/;

/**
 * Returns the addresses to which the operator's own settings send runs, as `host:port`. The runner's egress proxy
 * allows them. They never come from a caller or the code.
 */
export function operatorEndpoints(operator: Record<string, string>): string[] {
  const targets = Object.entries(operator).flatMap(([name, value]) =>
    endpointVariable.test(name) && URL.canParse(value) ? [targetOf(new URL(value))] : [],
  );
  return [...new Set(targets)];
}

function targetOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`;
}
