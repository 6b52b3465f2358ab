import type { OperatorPolicy } from '@deployment-engine/contracts';

/**
 * Adds an exemption to the operator's policy: code may set provider endpoints to the address to which the operator's
 * settings already send every run, for example a local AWS.
 */
export function allowOwnEndpoints(
  policy: OperatorPolicy,
  cloudEnvironment: Record<string, string>,
): OperatorPolicy {
  const own = Object.entries(cloudEnvironment).filter(([name]) => /^AWS_ENDPOINT_URL(_|$)/.test(name));
  const exemptions = own.flatMap(([name, url]) =>
    spellings(url).map((spelling) => ({
      id: 'PRE-PROVIDER-ARGUMENT',
      subject: `aws.endpoints.*=${spelling.replaceAll('=', '%3D')}`,
      who: 'operator',
      why: `${name} of the gateway names this address`,
      projects: ['*'],
    })),
  );
  return { ...policy, exemptions: [...policy.exemptions, ...exemptions] };
}

/** Returns equivalent forms of a URL. One with `*` is left out: it would be a pattern. */
function spellings(url: string): string[] {
  const bare = url.replace(/\/+$/, '');
  const names = [
    bare,
    bare.replace('//localhost', '//127.0.0.1'),
    bare.replace('//127.0.0.1', '//localhost'),
  ];
  return [...new Set(names.flatMap((name) => [name, `${name}/`]))].filter((name) => !name.includes('*'));
}
