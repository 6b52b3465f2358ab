/** Variables of the clouds' own tools that send a run to another address than the cloud's. */
const endpointVariable =
  /^(AWS_ENDPOINT_URL(_[A-Z0-9_]+)?|ARM_[A-Z_]*ENDPOINT|GOOGLE_[A-Z0-9_]+_CUSTOM_ENDPOINT)$/;

/**
 * Where the operator's own settings send runs, as `host:port`: the runner's egress proxy lets runs through to there.
 * What a caller or the code says is never part of it.
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
