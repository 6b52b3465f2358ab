import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { constant, planOf, type ResourceFixture, refersTo } from './plan-fixture.ts';

const settings = projectPolicySettingsSchema.parse({
  blastRadius: { regions: ['eu-west-1', 'europe-west1', 'West Europe'] },
});
/** Returns the refused providers (in the form of `terraform show -json`) and resources. */
const refused = (provider_config: object, resources: ResourceFixture[], rest: object = {}) => {
  const plan = planOf(resources, { ...rest }) as { configuration: object };
  Object.assign(plan.configuration, { provider_config });
  return evaluatePlan(plan, settings)
    .findings.filter(({ id }) => id === 'PLAN-REGION')
    .map(({ subject }) => subject);
};
const provider = (region?: object, rest: object = {}) => ({
  name: 'aws',
  expressions: region ? { region } : {},
  ...rest,
});
const queue = (key: string, address = 'aws_sqs_queue.q'): ResourceFixture => ({
  address,
  configuration: { provider_config_key: key },
});
const inModule = { module_address: 'module.m' };
const call = (region: object) => ({
  configuration: {
    module_calls: { m: { expressions: { region }, module: { variables: { region: {} } } } },
    variables: { home: { default: 'eu-west-1' } },
  },
  variables: { home: { value: 'us-east-1' } },
});
const ofModule = queue('module.m:aws', 'module.m.aws_sqs_queue.q');

const cases: [name: string, refusedSubjects: string[], ReturnType<typeof refused>][] = [
  ['a constant', [], refused({ aws: provider(constant('eu-west-1')) }, [queue('aws')])],
  ['a constant of an alias', ['us-east-1'], refused({ 'aws.x': provider(constant('us-east-1')) }, [])],
  ['a local', ['provider aws'], refused({ aws: provider(refersTo('local.r')) }, [queue('aws')])],
  ['no region', ['provider aws'], refused({ aws: provider() }, [queue('aws')])],
  ['no provider block', ['provider aws'], refused({}, [queue('aws')])],
  ['no region, and no resource', [], refused({ aws: provider() }, [])],
  [
    'the region of the root in a module',
    [],
    refused({ aws: provider(constant('eu-west-1')), 'module.m:aws': { name: 'aws', ...inModule } }, [
      ofModule,
    ]),
  ],
  [
    'a constant passed to a module',
    [],
    refused(
      { 'module.m:aws': provider(refersTo('var.region'), inModule) },
      [ofModule],
      call(constant('eu-west-1')),
    ),
  ],
  [
    'a variable passed to a module',
    ['us-east-1'],
    refused(
      { 'module.m:aws': provider(refersTo('var.region'), inModule) },
      [ofModule],
      call(refersTo('var.home')),
    ),
  ],
  [
    'an availability zone',
    ['us-west-2'],
    refused({ aws: provider(constant('eu-west-1')) }, [
      { address: 'aws_subnet.a', after: { availability_zone: 'us-west-2a' } },
      { address: 'aws_subnet.b', after: { availability_zone: 'eu-west-1b' } },
    ]),
  ],
  [
    'a zone',
    ['us-central1'],
    refused({}, [
      { address: 'google_compute_instance.a', after: { zone: 'us-central1-a' } },
      { address: 'google_compute_instance.b', after: { zone: 'europe-west1-b' } },
    ]),
  ],
  [
    'a location that is not known yet',
    ['azurerm_resource_group.g'],
    refused({}, [
      {
        address: 'azurerm_resource_group.g',
        unknown: { location: true },
        expressions: { location: refersTo('terraform_data.x.output') },
      },
      { address: 'azurerm_resource_group.h', after: { location: 'westeurope' } },
    ]),
  ],
];
for (const [name, expected, subjects] of cases)
  test(`a limit on regions reads ${name}`, () => expect(subjects).toStrictEqual(expected));
