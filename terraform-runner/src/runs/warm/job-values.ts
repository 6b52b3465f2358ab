import { acceptedEnvironment } from '../../terraform/environment.ts';

/** What a job's environment says, in the forms that a started provider still takes. */
export type JobValues = {
  /** Of the provider's configuration, by name. */
  values: Record<string, string>;
  defaultTags: Record<string, string>;
  /** Content of the file that `AWS_CONFIG_FILE` names; without credentials. */
  configFile: string;
};

const attributes: Record<string, string> = {
  AWS_ACCESS_KEY_ID: 'access_key',
  AWS_SECRET_ACCESS_KEY: 'secret_key',
  AWS_SESSION_TOKEN: 'token',
  AWS_REGION: 'region',
};
const tagPrefix = 'TF_AWS_DEFAULT_TAGS_';
/** Says nothing to a provider that has its credentials and its region. */
const ignored = /^(TF_VAR_|ARM_|GOOGLE_|AWS_DEFAULT_REGION$|AWS_EC2_METADATA_DISABLED$)/;

/**
 * Returns a job's environment in the forms that the AWS provider takes after its start, or `undefined` if it has
 * variables without such a form, or no credentials.
 */
export function jobValues(environment: Record<string, string>): JobValues | undefined {
  const given = acceptedEnvironment(environment);
  const { AWS_DEFAULT_REGION: region } = given;
  const all: Record<string, string> = { ...(region ? { AWS_REGION: region } : {}), ...given };
  if (!all.AWS_ACCESS_KEY_ID || !all.AWS_SECRET_ACCESS_KEY || !all.AWS_REGION) return undefined;
  const values: Record<string, string> = {};
  const defaultTags: Record<string, string> = {};
  const endpoints = new Map<string, string>();
  for (const [name, value] of Object.entries(all)) {
    const attribute = attributes[name];
    const service = /^AWS_ENDPOINT_URL(?:_([A-Z0-9_]+))?$/.exec(name);
    if (attribute) values[attribute] = value;
    else if (name.startsWith(tagPrefix)) defaultTags[name.slice(tagPrefix.length)] = value;
    else if (service && /^\S+$/.test(value)) endpoints.set(service[1]?.toLowerCase() ?? '', value);
    else if (!ignored.test(name)) return undefined;
  }
  return { values, defaultTags, configFile: configFile(endpoints) };
}

/** Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function configFile(endpoints: Map<string, string>): string {
  const services = [...endpoints].filter(([service]) => service !== '');
  const common = endpoints.get('');
  return [
    '[default]',
    ...(common ? [`endpoint_url = ${common}`] : []),
    ...(services.length > 0 ? ['services = job', '[services job]'] : []),
    ...services.flatMap(([service, url]) => [`${service} =`, `  endpoint_url = ${url}`]),
    '',
  ].join('\n');
}
