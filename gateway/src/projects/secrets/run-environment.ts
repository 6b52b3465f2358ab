import { type Cloud, cloudsNamed } from './code-needs.ts';
import type { ProjectSecrets } from './store.ts';

/** Variables that identify a cloud's caller. If a project sets any, they replace all the operator's for that cloud. */
const identityNames: Record<Cloud, RegExp> = {
  AWS: /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|ROLE_ARN|ROLE_SESSION_NAME)$/,
  ARM: /^ARM_(CLIENT|TENANT|SUBSCRIPTION|OIDC|ACCESS_KEY|SAS|USE|MSI)/,
  GOOGLE: /^GOOGLE_(CREDENTIALS|OAUTH_ACCESS_TOKEN|APPLICATION_CREDENTIALS|IMPERSONATE)/,
};
const cloudOfProvider = { aws: 'AWS', azure: 'ARM', gcp: 'GOOGLE' } as const;

/** Returns a run's variables for the clouds that it uses. They never mix two owners' identities for one cloud. */
export async function runEnvironment(sources: {
  operator: Record<string, string>;
  project: ProjectSecrets;
  /** The run's code. */
  texts: string[];
  stateText: () => Promise<string>;
  /** Assumes the role of the cloud account or of the project; returns no variables if there is none. */
  assume: () => Promise<Record<string, string>>;
}): Promise<Record<string, string>> {
  const { operator, project } = sources;
  const available = cloudsOf({ ...operator, ...project.credentials });
  if (project.webIdentity) available.add('AWS');
  if (project.account) available.add(cloudOfProvider[project.account.provider]);
  const used = cloudsNamed(sources.texts);
  if ([...available].some((cloud) => !used.has(cloud)))
    for (const cloud of cloudsNamed([await sources.stateText()])) used.add(cloud);
  const ofProject = await ownVariables(project, used, sources.assume);
  return Object.fromEntries(
    Object.entries({ ...withoutIdentities(operator, ofProject), ...ofProject }).filter(([name]) =>
      used.has(cloudOf(name)),
    ),
  );
}

/** Returns the project's own variables. Those of its cloud account replace its own identity in that cloud. */
async function ownVariables(
  { account, credentials }: ProjectSecrets,
  used: ReadonlySet<Cloud>,
  assume: () => Promise<Record<string, string>>,
): Promise<Record<string, string>> {
  if (!account) return { ...credentials, ...(used.has('AWS') ? await assume() : {}) };
  const cloud = cloudOfProvider[account.provider];
  if (!used.has(cloud)) return credentials;
  const given = { ...account.environment, ...(await assume()) };
  return { ...withoutIdentities(credentials, given), ...given };
}

function withoutIdentities(others: Record<string, string>, own: Record<string, string>) {
  const replaced = new Set(
    Object.keys(own)
      .filter((name) => identityNames[cloudOf(name)].test(name))
      .map(cloudOf),
  );
  return Object.fromEntries(
    Object.entries(others).filter(([name]) => {
      const cloud = cloudOf(name);
      return !(replaced.has(cloud) && identityNames[cloud].test(name));
    }),
  );
}

function cloudsOf(environment: Record<string, unknown>): Set<Cloud> {
  return new Set(Object.keys(environment).map(cloudOf));
}

function cloudOf(name: string): Cloud {
  return name.split('_')[0] as Cloud;
}
