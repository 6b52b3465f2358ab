import type { TerraformPlan } from '@deployment-engine/terraform-code';
import { driftedResources } from './terraform-plan.ts';

type Values = Record<string, unknown>;

/** A refresh-only plan as Terraform writes it, of one resource in a module, with others beside it. */
function drift(type: string, before: Values, after: Values | null, others: [string, Values][] = []) {
  const resource = (of: string, values: Values) => ({ mode: 'managed', type: of, name: 'this', values });
  const resources = others.map(([of, values]) => resource(of, values));
  const plan: TerraformPlan = {
    resource_drift: [
      {
        address: `module.component.${type}.this`,
        mode: 'managed',
        type,
        name: 'this',
        change: { actions: [after ? 'update' : 'delete'], before, after },
      },
    ],
    prior_state: { values: { root_module: { child_modules: [{ resources }] } as object } },
  };
  return driftedResources(plan).flatMap(({ attributes }) => attributes.map(({ path }) => path));
}

test('what a provider returns for something that is not set is no drift', () => {
  const before = { tags: null, name: '', rules: [{ age: null, headers: null, on: null }] };
  const after = { tags: {}, name: null, rules: [{ age: 0, headers: [], on: false }] };
  expect(drift('a', before, after)).toStrictEqual([]);
  expect(drift('a', { count: 1, on: true }, { count: 0, on: false })).toStrictEqual(['count', 'on']);
  expect(drift('a', { rules: [{ age: null }] }, { rules: [{ age: 5 }] })).toStrictEqual(['rules']);
  expect(drift('a', { rules: [1] }, { rules: [1, null] })).toStrictEqual(['rules']);
});

const bucket = { id: 'b', bucket: 'b', policy: '', versioning: [{ enabled: false }] };
const bucketNow = { ...bucket, policy: '{"a":1}', versioning: [{ enabled: true }] };

test('an attribute that another resource manages is compared there', () => {
  const policy: [string, Values] = ['aws_s3_bucket_policy', { bucket: 'b', policy: '{"a":1}' }];
  const versioning: [string, Values] = ['aws_s3_bucket_versioning', { bucket: 'b' }];
  expect(drift('aws_s3_bucket', bucket, bucketNow, [policy, versioning])).toStrictEqual([]);
  expect(drift('aws_s3_bucket', bucket, bucketNow, [policy])).toStrictEqual(['versioning']);
  expect(drift('aws_s3_bucket', bucket, bucketNow)).toStrictEqual(['policy', 'versioning']);
  const other: [string, Values] = ['aws_s3_bucket_policy', { bucket: 'c', policy: '{"a":1}' }];
  expect(drift('aws_s3_bucket', bucket, bucketNow, [other, versioning])).toStrictEqual(['policy']);
  const topic = { id: 'arn:t', arn: 'arn:t', policy: 'default', display_name: '' };
  const topicPolicy: [string, Values] = ['aws_sns_topic_policy', { arn: 'arn:t', policy: 'own' }];
  const now = { ...topic, policy: 'own', display_name: 'changed' };
  expect(drift('aws_sns_topic', topic, now, [topicPolicy])).toStrictEqual(['display_name']);
});

test('an object that is gone is drift, whatever manages its parts', () => {
  const policy: [string, Values] = ['aws_s3_bucket_policy', { bucket: 'b', policy: '{"a":1}' }];
  expect(drift('aws_s3_bucket', bucketNow, null, [policy])).toStrictEqual(['.']);
});

describe('rules of a security group', () => {
  const none = {
    cidr_blocks: [],
    ipv6_cidr_blocks: [],
    prefix_list_ids: [],
    security_groups: [],
    self: false,
  };
  const all = { ...none, from_port: 0, to_port: 0, protocol: '-1', cidr_blocks: ['0.0.0.0/0'] };
  const web = { ...none, from_port: 80, to_port: 81, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'] };
  const group = { id: 'sg-1', ingress: [], egress: [] };
  const rule = (direction: string, values: Values): [string, Values] => [
    `aws_vpc_security_group_${direction}_rule`,
    { security_group_id: 'sg-1', from_port: null, to_port: null, ip_protocol: '-1', ...values },
  ];
  const ports = { ip_protocol: 'tcp', from_port: 80, to_port: 81 };
  const found = (ingress: Values[], rules: [string, Values][]) =>
    drift('aws_security_group', group, { ...group, ingress }, rules);

  test('that have a resource each are no drift', () => {
    const joined = {
      ...web,
      cidr_blocks: ['10.0.0.0/8', '10.1.0.0/16'],
      security_groups: ['sg-2'],
      self: true,
    };
    const rules = [
      rule('ingress', { ...ports, cidr_ipv4: '10.0.0.0/8' }),
      rule('ingress', { ...ports, cidr_ipv4: '10.1.0.0/16' }),
      rule('ingress', { ...ports, referenced_security_group_id: 'sg-2' }),
      rule('ingress', { ...ports, referenced_security_group_id: 'sg-1' }),
      rule('egress', { cidr_ipv4: '0.0.0.0/0' }),
    ];
    expect(
      drift('aws_security_group', group, { ...group, ingress: [joined], egress: [all] }, rules),
    ).toStrictEqual([]);
  });

  test('that somebody added are drift', () => {
    const known = rule('ingress', { ...ports, cidr_ipv4: '10.0.0.0/8' });
    expect(found([web], [known])).toStrictEqual([]);
    expect(found([web, all], [known])).toStrictEqual(['ingress']);
    expect(found([{ ...web, to_port: 82 }], [known])).toStrictEqual(['ingress']);
    expect(found([{ ...web, self: true }], [known])).toStrictEqual(['ingress']);
    expect(found([web], [rule('egress', { ...ports, cidr_ipv4: '10.0.0.0/8' })])).toStrictEqual(['ingress']);
    expect(found([web], [])).toStrictEqual(['ingress']);
  });
});

test('policies of a role that have a resource each are no drift; those that somebody added are', () => {
  const role = { id: 'r', name: 'r', inline_policy: [], managed_policy_arns: [] };
  const inline = (name: string, policy: string) => ({ name, policy });
  const others: [string, Values][] = [
    ['aws_iam_role_policy', { role: 'r', name: 'p', policy: '{"b": 2, "a": 1}' }],
    ['aws_iam_role_policy_attachment', { role: 'r', policy_arn: 'arn:x' }],
  ];
  const found = (after: Values) => drift('aws_iam_role', role, { ...role, ...after }, others);
  expect(
    found({ inline_policy: [inline('p', '{"a":1,"b":2}')], managed_policy_arns: ['arn:x'] }),
  ).toStrictEqual([]);
  expect(found({ inline_policy: [inline('p', '{"a":2}')] })).toStrictEqual(['inline_policy']);
  expect(found({ inline_policy: [inline('q', '{"a":1,"b":2}')] })).toStrictEqual(['inline_policy']);
  expect(found({ managed_policy_arns: ['arn:x', 'arn:admin'] })).toStrictEqual(['managed_policy_arns']);
});
