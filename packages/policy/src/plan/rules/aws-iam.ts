import type { PlanModel, PlannedResource } from '../plan-model.ts';
import { readPolicy } from '../planned-policy.ts';
import type { PlannedValue } from '../planned-value.ts';
import { isAdministrator, isPublic } from '../policy-document.ts';
import { referencesOf } from '../references.ts';
import { expectValue, type PolicyRule, review, type Violation, violationIf } from '../rule.ts';

export const iamRules: PolicyRule[] = [
  {
    id: 'AWS-IAM-001',
    severity: 'critical',
    remediation: 'Allow the actions and resources that are needed, and no others.',
    frameworks: {
      FSBP: ['IAM.1'],
      'CIS AWS v5': ['1.15'],
      'SOC 2': ['CC1.3', 'CC6.3'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_3_i', '164_308_a_3_ii_b', '164_308_a_4_i'],
      GDPR: ['Art. 25'],
      'ISO 27001:2022': ['A.5.18', 'A.8.2'],
    },
    types: [
      'aws_iam_policy',
      'aws_iam_role_policy',
      'aws_iam_user_policy',
      'aws_iam_group_policy',
      'aws_iam_role',
    ],
    check: (resource, plan) => {
      const { type, attributes } = resource;
      if (type !== 'aws_iam_role')
        return checkAdministrator(plan, resource, attributes.get('policy'), 'policy');
      return attributes
        .get('inline_policy')
        .items.flatMap((inline) => checkAdministrator(plan, resource, inline.get('policy'), 'inline_policy'));
    },
  },
  {
    id: 'AWS-IAM-002',
    severity: 'high',
    remediation: 'Attach a narrower policy, to a group or role.',
    frameworks: {
      FSBP: ['IAM.1', 'IAM.2'],
      'CIS AWS v5': ['1.15', '1.14'],
      'SOC 2': ['CC1.3', 'CC6.3'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_3_i', '164_308_a_3_ii_b', '164_308_a_4_i'],
      GDPR: ['Art. 25'],
      'PCI DSS 4': ['7.2.1', '7.2.2', '7.2.5', '7.3.1'],
      'ISO 27001:2022': ['A.5.18', 'A.8.2', 'A.5.15'],
    },
    types: [
      'aws_iam_role_policy_attachment',
      'aws_iam_user_policy_attachment',
      'aws_iam_group_policy_attachment',
      'aws_iam_policy_attachment',
      'aws_iam_user_policy',
      'aws_iam_role',
    ],
    check: (resource, plan) => {
      const { type, attributes } = resource;
      const users = attributes.get('users');
      return [
        ...['policy_arn', 'managed_policy_arns'].flatMap((name) => checkAttached(name, resource, plan)),
        ...(users.isPending ? review('who the policy is attached to') : []),
        ...violationIf(
          type.startsWith('aws_iam_user_policy') || users.strings.length > 0,
          'a policy is attached to a user',
        ),
      ];
    },
  },
  {
    id: 'AWS-IAM-003',
    severity: 'high',
    remediation: 'Use a role, or OIDC federation.',
    frameworks: {
      FSBP: ['IAM.3'],
      'CIS AWS v5': ['1.13'],
      HIPAA: ['164_308_a_3_ii_c', '164_308_a_4_ii_c', '164_308_a_5_ii_d'],
      GDPR: ['Art. 25'],
      'PCI DSS 4': ['8.3.10', '8.3.5', '8.3.7', '8.3.9'],
      'ISO 27001:2022': ['A.5.15'],
    },
    types: ['aws_iam_access_key'],
    check: () => violationIf(true, 'a long-lived access key is made; its secret is in the state'),
  },
  {
    id: 'AWS-IAM-004',
    severity: 'critical',
    remediation: 'Name the principal, or require an external id or organisation.',
    frameworks: {},
    types: ['aws_iam_role'],
    check: (role, plan) => {
      const statements = readPolicy(
        plan,
        role,
        role.attributes.get('assume_role_policy'),
        'assume_role_policy',
      );
      if (statements === 'absent') return [];
      if (statements === 'unknown') return review('the trust policy');
      return violationIf(
        statements.some((statement) => isPublic(statement, ['sts:externalid'])),
        'everybody may assume the role',
      );
    },
  },
  {
    id: 'AWS-IAM-005',
    severity: 'medium',
    remediation: 'Require 14 characters and remember 24 passwords.',
    frameworks: {
      FSBP: ['IAM.7', 'IAM.10'],
      'CIS AWS v5': ['1.7'],
      HIPAA: ['164_308_a_5_ii_d'],
      GDPR: ['Art. 25'],
      'ISO 27001:2022': ['A.5.15'],
    },
    types: ['aws_iam_account_password_policy'],
    check: ({ attributes }) => [
      ...atLeast('minimum_password_length', attributes, 14),
      ...atLeast('password_reuse_prevention', attributes, 24),
    ],
  },
];

/** Checks what is attached; a policy created in this plan is checked separately. */
function checkAttached(name: string, resource: PlannedResource, plan: PlanModel): Violation[] {
  const attached = resource.attributes.get(name);
  if (attached.strings.some((arn) => arn.endsWith('AdministratorAccess')))
    return violationIf(true, 'AdministratorAccess is attached');
  if (!attached.isConfigured || !attached.isPartlyUnknown) return [];
  const { resources, localsOf } = referencesOf(plan, resource, attached.expression);
  const isOwn =
    resources.length > 0 && resources.every(({ address }) => address.startsWith('aws_iam_policy.'));
  return isOwn && localsOf.length === 0 ? [] : review(name);
}

function checkAdministrator(
  plan: PlanModel,
  resource: PlannedResource,
  policy: PlannedValue,
  name: string,
): Violation[] {
  const statements = readPolicy(plan, resource, policy, name);
  if (statements === 'absent') return [];
  if (statements === 'unknown') return review('the policy');
  return violationIf(statements.some(isAdministrator), 'the policy allows every action on every resource');
}

function atLeast(name: string, attributes: PlannedValue, least: number): Violation[] {
  return expectValue(
    name,
    attributes.get(name),
    (value) => typeof value === 'number' && value >= least,
    `${name} is below ${least}`,
  );
}
