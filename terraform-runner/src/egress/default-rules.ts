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
  '*.googleapis.com',
  'accounts.google.com',
];
/** Below the clouds' own domains, but the addresses of their customers' machines: anybody can have one. */
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
];
/** Where providers and modules are downloaded from, where no mirror has them. */
const registries = [
  'registry.terraform.io',
  'registry.opentofu.org',
  'releases.hashicorp.com',
  'github.com',
  'codeload.github.com',
  '*.githubusercontent.com',
];

/** What is open without a setting. */
export function defaultRules(hasMirror: boolean): AllowRule[] {
  return [...clouds, ...(hasMirror ? [] : registries)].flatMap((text) => {
    const rule = parseAllowRule(text);
    return rule?.kind === 'host' ? [{ ...rule, except: customers }] : [];
  });
}
