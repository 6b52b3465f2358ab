import type { PlannedResource } from '../plan-model.ts';
import type { PlannedValue } from '../planned-value.ts';
import { expectValue, type PolicyRule, review, type Violation, violationIf } from '../rule.ts';

const modernTls = /TLS13-1-[23]|TLS-1-2/;
const oldTls = ['SSLv3', 'TLSv1', 'TLSv1.1'];

export const edgeRules: PolicyRule[] = [
  {
    id: 'AWS-LAM-001',
    severity: 'critical',
    remediation: 'Use AWS_IAM, or name the source of the calls.',
    frameworks: {
      FSBP: ['Lambda.1'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_3_i', '164_312_a_1', '164_312_e_1'],
      'PCI DSS 4': ['1.2.8', '1.3.1', '1.3.2', '1.4.2'],
      'ISO 27001:2022': ['A.8.1'],
    },
    types: ['aws_lambda_function_url', 'aws_lambda_permission'],
    check: ({ type, attributes }) => {
      if (type === 'aws_lambda_function_url')
        return expectValue(
          'authorization_type',
          attributes.get('authorization_type'),
          (value) => value !== 'NONE',
          'the function URL asks nobody who they are',
        );
      const narrowing = ['source_arn', 'source_account', 'principal_org_id'];
      if (narrowing.some((name) => attributes.get(name).isPresent)) return [];
      return expectValue(
        'principal',
        attributes.get('principal'),
        (value) => value !== '*',
        'everybody may invoke the function',
      );
    },
  },
  {
    id: 'AWS-ELB-001',
    severity: 'high',
    remediation: 'Redirect to HTTPS; use ELBSecurityPolicy-TLS13-1-2-2021-06.',
    frameworks: { FSBP: ['ELB.1', 'ELB.17'] },
    types: ['aws_lb_listener', 'aws_alb_listener'],
    check: checkListener,
  },
  {
    id: 'AWS-CDN-001',
    severity: 'medium',
    remediation: 'Use redirect-to-https for viewers and TLSv1.2 for origins.',
    frameworks: {
      FSBP: ['CloudFront.3', 'CloudFront.10'],
      HIPAA: ['164_308_a_4_ii_a', '164_312_e_1'],
      GDPR: ['Art. 32'],
      'PCI DSS 4': ['1.2.5', '2.2.5', '2.2.7', '4.2.1'],
    },
    types: ['aws_cloudfront_distribution'],
    check: checkDistribution,
  },
];

function checkDistribution({ attributes }: PlannedResource): Violation[] {
  const behaviors = ['default_cache_behavior', 'ordered_cache_behavior'].flatMap(
    (name) => attributes.get(name).items,
  );
  const origins = attributes
    .get('origin')
    .items.flatMap((origin) => origin.get('custom_origin_config').items);
  const isNot = (bad: string) => (value: unknown) => value !== bad;
  const old = (origin: PlannedValue) =>
    origin.get('origin_ssl_protocols').strings.some((name) => oldTls.includes(name));
  return [
    ...behaviors.flatMap((behavior) => {
      const policy = behavior.get('viewer_protocol_policy');
      return expectValue('viewer_protocol_policy', policy, isNot('allow-all'), 'viewers may use plain HTTP');
    }),
    ...origins.flatMap((origin) => {
      const policy = origin.get('origin_protocol_policy');
      const message = 'an origin is reached over plain HTTP';
      return expectValue('origin_protocol_policy', policy, isNot('http-only'), message);
    }),
    ...origins.flatMap((origin) => {
      const protocols = origin.get('origin_ssl_protocols');
      return expectValue(
        'origin_ssl_protocols',
        protocols,
        () => !old(origin),
        'an origin may use TLS before 1.2',
      );
    }),
  ];
}

function checkListener({ attributes }: PlannedResource): Violation[] {
  const protocol = attributes.get('protocol').value;
  if (attributes.get('protocol').isPending) return review('protocol');
  if (protocol === 'HTTP') {
    const actions = attributes.get('default_action').items;
    const redirects = actions.some(
      (action) =>
        action.get('type').value === 'redirect' &&
        action.get('redirect').first.get('protocol').value === 'HTTPS',
    );
    if (redirects) return [];
    return actions.some((action) => action.get('type').isPending)
      ? review('the type of the default action')
      : violationIf(true, 'plain HTTP is not redirected to HTTPS');
  }
  if (protocol !== 'HTTPS' && protocol !== 'TLS') return [];
  const policy = attributes.get('ssl_policy');
  if (policy.isPending) return review('ssl_policy');
  return violationIf(
    !modernTls.test(String(policy.value)),
    'ssl_policy is none of those for TLS 1.2 and 1.3',
  );
}
