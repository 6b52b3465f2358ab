import { type AllowRule, parseAllowRule } from './allow-list.ts';

/** The APIs of the three clouds. */
const clouds = [
  '*.amazonaws.com',
  '*.amazonaws.com.cn',
  '*.api.aws',
  'management.azure.com',
  'graph.microsoft.com',
  'login.microsoftonline.com',
  '*.azure.net',
  '*.azure.com',
  '*.windows.net',
  '*.azconfig.io',
  '*.googleapis.com',
  'accounts.google.com',
];
/** Subdomains of the clouds that customers' machines get, so anybody can own one. */
const customers = [
  '.compute.amazonaws.com.',
  '.compute-1.amazonaws.com.',
  '.elb.',
  '.rds.amazonaws.com.',
  '.execute-api.',
  '.appsync-api.',
  '.es.amazonaws.com.',
  '.eks.amazonaws.com.',
  '.cloudapp.',
  '.inference.ml.azure.com.',
];
/** Registries for providers and modules, used when there is no mirror. */
const registries = [
  'registry.terraform.io',
  'registry.opentofu.org',
  'releases.hashicorp.com',
  'github.com',
  'codeload.github.com',
  '*.githubusercontent.com',
];

/** Returns the rules that apply without a setting. */
export function defaultRules(hasMirror: boolean): AllowRule[] {
  return [...clouds, ...(hasMirror ? [] : registries)].flatMap((text) => {
    const rule = parseAllowRule(text);
    return rule?.kind === 'host' ? [{ ...rule, except: customers }] : [];
  });
}
