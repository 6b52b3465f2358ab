import { checkTerraformPlan, type TerraformPlan } from '@deployment-engine/terraform-code';
import { estimate } from './estimate.ts';
import { normalisePlan, normalisePlanBefore } from './normalise-plan.ts';
import { normaliseState } from './normalise-state.ts';

const constant = (value: unknown) => ({ constant_value: value });
const references = (...list: string[]) => ({ references: list });

type Planned = {
  address: string;
  type: string;
  after: Record<string, unknown> | null;
  unknown?: Record<string, unknown>;
  before?: Record<string, unknown>;
  index?: number | string;
  module?: string;
};

function change({ address, type, after, unknown = {}, before, index, module }: Planned) {
  const actions = after === null ? ['delete'] : before ? ['update'] : ['create'];
  const body = { actions, before: before ?? null, after, after_unknown: unknown };
  const name = address.split('.').at(-1);
  return { address, type, name, mode: 'managed', index, module_address: module, change: body };
}

function configured(address: string, expressions: Record<string, unknown>, provider = 'aws') {
  const [type, name] = address.split('.');
  return { address, type, name, mode: 'managed', provider_config_key: provider, expressions };
}

const providers = {
  aws: { name: 'aws', expressions: { region: references('var.region') } },
  'aws.west': { name: 'aws', alias: 'west', expressions: { region: constant('us-west-2') } },
};

function planWith(changes: unknown[], root: Record<string, unknown>): TerraformPlan {
  return checkTerraformPlan({
    variables: { region: { value: 'eu-west-1' } },
    resource_changes: changes,
    configuration: { provider_config: providers, root_module: root },
  });
}

describe('a plan', () => {
  test('takes regions from variables, aliases and zones', () => {
    const plan = planWith(
      [
        change({ address: 'aws_eip.a', type: 'aws_eip', after: {} }),
        change({ address: 'aws_eip.b', type: 'aws_eip', after: {} }),
        change({
          address: 'aws_ebs_volume.c',
          type: 'aws_ebs_volume',
          after: { availability_zone: 'us-gov-west-1a' },
        }),
        change({ address: 'aws_eip.d', type: 'aws_eip', after: { region: 'ap-south-1' } }),
      ],
      {
        resources: [
          configured('aws_eip.a', {}),
          configured('aws_eip.b', {}, 'aws.west'),
          configured('aws_ebs_volume.c', {}),
          configured('aws_eip.d', {}),
        ],
      },
    );
    expect(normalisePlan(plan).map(({ region }) => region)).toStrictEqual([
      'eu-west-1',
      'us-west-2',
      'us-gov-west-1',
      'ap-south-1',
    ]);
  });

  test('resolves a launch template passed through a module', () => {
    const group = configured('aws_autoscaling_group.g', {
      launch_template: [{ id: references('var.template') }],
    });
    const plan = planWith(
      [
        change({
          address: 'aws_launch_template.t',
          type: 'aws_launch_template',
          after: { instance_type: 'm5.large' },
          unknown: { id: true },
        }),
        change({
          address: 'module.m["a"].aws_autoscaling_group.g',
          type: 'aws_autoscaling_group',
          module: 'module.m["a"]',
          after: { desired_capacity: 2, launch_template: [{}] },
          unknown: { launch_template: [{ id: true }] },
        }),
      ],
      {
        resources: [configured('aws_launch_template.t', {})],
        module_calls: {
          m: {
            expressions: { template: references('aws_launch_template.t.id', 'aws_launch_template.t') },
            module: { resources: [group] },
          },
        },
      },
    );
    const { resources } = estimate(normalisePlan(plan));
    const found = resources.find(({ type }) => type === 'aws_autoscaling_group');
    expect(found?.components[0]?.quantity).toBe(1460);
    expect(found?.status).toBe('priced');
  });

  test('pairs counted resources by their index', () => {
    const expressions = { launch_configuration: references('aws_launch_configuration.c', 'count.index') };
    const types = ['t3.micro', 'm5.large'];
    const plan = planWith(
      types.flatMap((instance_type, index) => [
        change({
          address: `aws_launch_configuration.c[${index}]`,
          type: 'aws_launch_configuration',
          index,
          after: { instance_type },
        }),
        change({
          address: `aws_autoscaling_group.g[${index}]`,
          type: 'aws_autoscaling_group',
          index,
          after: { desired_capacity: 1 },
        }),
      ]),
      {
        resources: [
          configured('aws_launch_configuration.c', {}),
          configured('aws_autoscaling_group.g', expressions),
        ],
      },
    );
    const groups = normalisePlan(plan).filter(({ type }) => type === 'aws_autoscaling_group');
    expect(groups.map((group) => group.references.launch_configuration)).toStrictEqual([
      ['aws_launch_configuration.c[0]'],
      ['aws_launch_configuration.c[1]'],
    ]);
  });

  test('costs the same before and after apply, without deleted resources', () => {
    const template = { instance_type: 'm5.large', name: 'web' };
    const plan = planWith(
      [
        change({
          address: 'aws_launch_template.t',
          type: 'aws_launch_template',
          after: template,
          unknown: { id: true },
        }),
        change({
          address: 'aws_instance.i',
          type: 'aws_instance',
          after: { launch_template: [{}] },
          unknown: { instance_type: true, launch_template: [{ id: true }] },
        }),
        change({ address: 'aws_nat_gateway.n', type: 'aws_nat_gateway', after: null, before: { id: 'n' } }),
      ],
      {
        resources: [
          configured('aws_launch_template.t', {}),
          configured('aws_instance.i', { launch_template: [{ id: references('aws_launch_template.t.id') }] }),
        ],
      },
    );
    const state = {
      version: 4,
      resources: [
        {
          mode: 'managed',
          type: 'aws_launch_template',
          name: 't',
          provider: 'p',
          instances: [{ attributes: { ...template, id: 'lt-1' } }],
        },
        {
          mode: 'managed',
          type: 'aws_instance',
          name: 'i',
          provider: 'p',
          instances: [{ attributes: { instance_type: 'm5.large', launch_template: [{ id: 'lt-1' }] } }],
        },
      ],
    };
    const planned = normalisePlan(plan);
    const after = estimate(planned, { current: normalisePlanBefore(plan) });
    expect(after.total).toBe(estimate(normaliseState(state, { like: planned })).total);
    expect(after.diff?.resources.find(({ change }) => change === 'removed')?.address).toBe(
      'aws_nat_gateway.n',
    );
  });

  test('costs the same inside a module', () => {
    const values = { instance_type: 'm5.large' };
    const flat = planWith([change({ address: 'aws_instance.i', type: 'aws_instance', after: values })], {
      resources: [configured('aws_instance.i', {})],
    });
    const nested = planWith(
      [
        change({
          address: 'module.a[0].module.b.aws_instance.i',
          module: 'module.a[0].module.b',
          type: 'aws_instance',
          after: values,
        }),
      ],
      {
        module_calls: {
          a: {
            module: { module_calls: { b: { module: { resources: [configured('aws_instance.i', {})] } } } },
          },
        },
      },
    );
    expect(estimate(normalisePlan(flat)).total).toBe(estimate(normalisePlan(nested)).total);
  });

  test('that is no plan gives no resources', () => {
    expect(normalisePlan(checkTerraformPlan({}))).toStrictEqual([]);
    for (const nonsense of [null, 'x', [], { resource_changes: 3, configuration: 'y' }])
      expect(() => checkTerraformPlan(nonsense)).toThrow(/^reading the plan: /);
  });
});

describe('a state', () => {
  test('places a resource without a region where its provider has most resources', () => {
    const attributes = { arn: 'arn:aws:ec2:eu-west-1:1:instance/i' };
    const entry = (type: string, instances: unknown[]) => ({
      mode: 'managed',
      type,
      name: 'x',
      provider: 'p',
      instances,
    });
    const state = {
      resources: [entry('aws_instance', [{ attributes }]), entry('aws_nat_gateway', [{ attributes: {} }])],
    };
    expect(normaliseState(state).map(({ region }) => region)).toStrictEqual(['eu-west-1', 'eu-west-1']);
  });

  test('is read from what terraform show prints too', () => {
    const own = {
      address: 'module.m.aws_eip.a',
      mode: 'managed',
      type: 'aws_eip',
      provider_name: 'p',
      values: {},
    };
    const shown = { values: { root_module: { child_modules: [{ resources: [own] }] } } };
    expect(normaliseState(shown).map(({ address }) => address)).toStrictEqual(['module.m.aws_eip.a']);
  });
});
