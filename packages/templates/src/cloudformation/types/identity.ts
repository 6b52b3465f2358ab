import type { Unknown } from '../../unknown.ts';
import {
  attributes,
  type Conversion,
  type Converted,
  listOf,
  type Properties,
  part,
  policyText,
  same,
} from './conversion.ts';

/** Inline and attached policies of a user or group are resources of their own in Terraform. */
function holder(kind: 'user' | 'group'): Conversion {
  return (properties, self) => [
    { type: `aws_iam_${kind}`, attributes: attributes(properties) },
    ...listOf(properties.Policies).map((policy) => inline(kind, policy, self)),
    ...listOf(properties.ManagedPolicyArns).map((arn) => ({
      type: `aws_iam_${kind}_policy_attachment`,
      attributes: { policy_arn: arn, [kind]: self },
    })),
  ];
}

function inline(kind: string, policy: unknown, self: Unknown): Converted {
  const document = policyText(part(policy, 'PolicyDocument'));
  return { type: `aws_iam_${kind}_policy`, attributes: { policy: document, [kind]: self } };
}

function role(properties: Properties): Converted[] {
  const {
    AssumeRolePolicyDocument: trust,
    Policies: policies,
    ManagedPolicyArns: arns,
    ...rest
  } = properties;
  return [
    {
      type: 'aws_iam_role',
      attributes: {
        ...attributes(rest),
        assume_role_policy: policyText(trust),
        managed_policy_arns: arns,
        inline_policy: listOf(policies).map((policy) => ({
          name: part(policy, 'PolicyName'),
          policy: policyText(part(policy, 'PolicyDocument')),
        })),
      },
    },
  ];
}

/** One policy for roles, users and groups together. */
function policy(properties: Properties): Converted[] {
  const document = policyText(properties.PolicyDocument);
  const holders = (['Roles', 'Users', 'Groups'] as const).flatMap((name) =>
    listOf(properties[name]).map((holder) => {
      const kind = name.slice(0, -1).toLowerCase();
      return { type: `aws_iam_${kind}_policy`, attributes: { policy: document, [kind]: holder } };
    }),
  );
  return holders.length > 0 ? holders : [{ type: 'aws_iam_policy', attributes: { policy: document } }];
}

function managedPolicy(properties: Properties, self: Unknown): Converted[] {
  const users = listOf(properties.Users);
  return [
    { type: 'aws_iam_policy', attributes: { policy: policyText(properties.PolicyDocument) } },
    ...(users.length > 0
      ? [{ type: 'aws_iam_policy_attachment', attributes: { policy_arn: self, users } }]
      : []),
  ];
}

export const identityTypes: Record<string, Conversion> = {
  'AWS::IAM::AccessKey': same('aws_iam_access_key'),
  'AWS::IAM::Group': holder('group'),
  'AWS::IAM::InstanceProfile': same('aws_iam_instance_profile'),
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::IAM::User': holder('user'),
  'AWS::IAM::UserToGroupAddition': same('aws_iam_user_group_membership'),
};
