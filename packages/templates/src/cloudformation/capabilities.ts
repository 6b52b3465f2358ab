import type { CloudFormationTemplate } from './read-template.ts';

export type Capability = 'CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM' | 'CAPABILITY_AUTO_EXPAND';

/**
 * Types that need a capability, with the property that gives a name, if any. Source:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html#using-iam-capabilities
 */
const identityTypes = new Map<string, string | null>([
  ['AWS::IAM::AccessKey', null],
  ['AWS::IAM::Group', 'GroupName'],
  ['AWS::IAM::InstanceProfile', 'InstanceProfileName'],
  ['AWS::IAM::ManagedPolicy', 'ManagedPolicyName'],
  ['AWS::IAM::Policy', null],
  ['AWS::IAM::Role', 'RoleName'],
  ['AWS::IAM::User', 'UserName'],
  ['AWS::IAM::UserToGroupAddition', null],
]);

/** Returns what the template needs to be allowed, and no more. A nested stack may contain anything. */
export function capabilitiesOf({ resources, transforms }: CloudFormationTemplate): Capability[] {
  const needed = new Set<Capability>();
  for (const { type, properties } of resources.values()) {
    const name = identityTypes.get(type);
    if (name !== undefined)
      needed.add(name !== null && name in properties ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM');
    if (type === 'AWS::CloudFormation::Stack')
      needed.add('CAPABILITY_AUTO_EXPAND').add('CAPABILITY_NAMED_IAM');
  }
  const usesMacros = transforms.length > 0 || [...resources.values()].some((resource) => resource.usesMacro);
  if (usesMacros) needed.add('CAPABILITY_AUTO_EXPAND');
  if (needed.has('CAPABILITY_NAMED_IAM')) needed.delete('CAPABILITY_IAM'); // it includes the other
  return [...needed].sort();
}
