import { asRecord } from '@deployment-engine/terraform-code';
import type { PlanModel, PlannedResource } from '../plan-model.ts';
import { referencesOf } from '../references.ts';
import {
  expectTrue,
  expectValue,
  isFalse,
  type PolicyRule,
  review,
  type Violation,
  violationIf,
} from '../rule.ts';

/** Clauses about the encryption of disks. */
const ofDiskEncryption = {
  FSBP: ['EC2.3'],
  'CIS AWS v5': ['5.1.1'],
  'SOC 2': ['PI1.5'],
  HIPAA: ['164_308_a_1_ii_b', '164_308_a_4_ii_a', '164_312_a_2_iv', '164_312_c_1'],
  GDPR: ['Art. 32'],
  'PCI DSS 4': ['3.5.1', '8.3.2'],
  'ISO 27001:2022': ['A.8.11', 'A.8.24'],
};

export const computeRules: PolicyRule[] = [
  {
    id: 'AWS-EC2-004',
    severity: 'medium',
    remediation: 'Set encrypted = true.',
    frameworks: ofDiskEncryption,
    types: ['aws_ebs_volume'],
    check: ({ attributes }) => expectTrue('encrypted', attributes.get('encrypted')),
  },
  {
    id: 'AWS-EC2-005',
    severity: 'medium',
    remediation: 'Set encrypted = true on every disk.',
    frameworks: ofDiskEncryption,
    types: ['aws_instance'],
    check: ({ attributes }) =>
      ['root_block_device', 'ebs_block_device']
        .flatMap((name) => attributes.get(name).items)
        .flatMap((device) =>
          expectValue(
            'the encryption of a disk',
            device.get('encrypted'),
            (value) => !isFalse(value),
            'a disk of the instance is not encrypted',
          ),
        ),
  },
  {
    id: 'AWS-EC2-006',
    severity: 'high',
    remediation: 'Set metadata_options.http_tokens = "required".',
    frameworks: {
      FSBP: ['EC2.8', 'EC2.170'],
      'CIS AWS v5': ['5.7'],
      'SOC 2': ['CC7.2'],
      'PCI DSS 4': ['8.2.8'],
      'ISO 27001:2022': ['A.8.20', 'A.8.21', 'A.8.22'],
    },
    types: ['aws_instance', 'aws_launch_template'],
    check: checkMetadataOptions,
  },
  {
    id: 'AWS-EC2-007',
    severity: 'medium',
    remediation:
      'Set associate_public_ip_address = false and reach the instance through a load balancer or NAT.',
    frameworks: {
      FSBP: ['EC2.9'],
      'SOC 2': ['CC6.6'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_3_i', '164_312_a_1'],
      'ISO 27001:2022': ['A.8.1', 'A.8.20', 'A.8.21', 'A.8.22'],
    },
    types: ['aws_instance'],
    check: ({ attributes }) =>
      expectValue(
        'associate_public_ip_address',
        attributes.get('associate_public_ip_address'),
        (value) => value !== true,
        'the instance gets a public address',
      ),
  },
];

/** An instance without its own options uses those of its launch template, which is checked separately. */
function checkMetadataOptions(resource: PlannedResource, plan: PlanModel): Violation[] {
  const { attributes } = resource;
  const options = attributes.get('metadata_options');
  const template = attributes.get('launch_template');
  if (options.items.length === 0 && !options.isConfigured && template.items.length > 0)
    return isOfThisPlan(resource, plan)
      ? []
      : [{ message: 'metadata options come from a launch template of elsewhere; look at it', review: true }];
  const tokens = options.first.get('http_tokens');
  if (tokens.isPending) return review('metadata_options.http_tokens');
  return violationIf(tokens.value !== 'required', 'the metadata service answers without a token (IMDSv1)');
}

function isOfThisPlan(instance: PlannedResource, plan: PlanModel): boolean {
  const names = ['id', 'name'].flatMap(
    (name) => instance.attributes.get('launch_template').first.get(name).strings,
  );
  const { resources } = referencesOf(plan, instance, instance.attributes.get('launch_template').expression);
  return (plan.byType.get('aws_launch_template') ?? []).some(
    ({ after, modulePath, type, name }) =>
      names.some((known) => known === asRecord(after).id || known === asRecord(after).name) ||
      resources.some(
        (reference) => reference.modulePath === modulePath && reference.address === `${type}.${name}`,
      ),
  );
}
