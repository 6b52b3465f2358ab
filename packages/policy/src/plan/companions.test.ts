import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { constant, planOf, type ResourceFixture, refersTo } from './plan-fixture.ts';

const settings = projectPolicySettingsSchema.parse({ modes: { 'AWS-S3-001': 'off', 'AWS-S3-005': 'off' } });

/** Returns addresses of buckets without an access block; a `?` marks those known only after apply. */
const open = (resources: ResourceFixture[], rest: object = {}) =>
  evaluatePlan(planOf(resources, { ...rest }), settings)
    .findings.filter(({ id }) => id === 'AWS-S3-002')
    .map(({ address, pending }) => `${address}${pending ? '?' : ''}`);

const bucket = (name: string, after: object = {}): ResourceFixture => ({
  address: name.replace('aws_', 'aws_s3_bucket.'),
  after: { ...after },
});
const block = (name: string, references: string[], rest: object = {}): ResourceFixture => ({
  address: name.replace('aws_', 'aws_s3_bucket_public_access_block.'),
  expressions: { bucket: refersTo(...references) },
  ...rest,
});
const idOutput = { id: { expression: refersTo('aws_s3_bucket.b.id', 'aws_s3_bucket.b') } };
const modules = (calls: object) => ({ configuration: { module_calls: calls } });
const eachBucket = refersTo('module.b', 'each.key');

const cases: [name: string, expected: string[], ReturnType<typeof open>][] = [
  [
    'either of two buckets',
    ['aws_s3_bucket.a?', 'aws_s3_bucket.b?'],
    open([
      bucket('aws_a'),
      bucket('aws_b'),
      block('aws_p', ['var.x', 'aws_s3_bucket.a.id', 'aws_s3_bucket.b.id']),
    ]),
  ],
  [
    'a local, one for each bucket',
    [],
    open([bucket('aws_a'), bucket('aws_b'), block('aws_p', ['local.a']), block('aws_q', ['local.b'])]),
  ],
  [
    'a local, for one of two buckets',
    ['aws_s3_bucket.a?', 'aws_s3_bucket.b?'],
    open([bucket('aws_a'), bucket('aws_b'), block('aws_p', ['local.a'])]),
  ],
  [
    'keys of its own',
    [],
    open(
      ['a', 'b'].flatMap((key) => [
        bucket(`aws_b["${key}"]`),
        block(`aws_p["p${key}"]`, ['aws_s3_bucket.b', 'each.value']),
      ]),
    ),
  ],
  [
    'the key of a variable',
    ['aws_s3_bucket.b["a"]?', 'aws_s3_bucket.b["b"]?'],
    open([bucket('aws_b["a"]'), bucket('aws_b["b"]'), block('aws_p', ['aws_s3_bucket.b', 'var.key'])]),
  ],
  [
    'the name of another bucket, although it refers to this one',
    ['aws_s3_bucket.a'],
    open([
      bucket('aws_a', { bucket: 'a' }),
      bucket('aws_b', { bucket: 'b' }),
      block('aws_p', ['var.x', 'aws_s3_bucket.a.bucket', 'aws_s3_bucket.b.bucket'], {
        after: { bucket: 'b' },
      }),
    ]),
  ],
  [
    'a module with the same key',
    [],
    open(
      ['x', 'y'].flatMap((key) => [
        bucket(`module.b["${key}"].aws_b`),
        block(`module.p["${key}"].aws_p`, ['var.bucket']),
      ]),
      modules({ b: { module: { outputs: idOutput } }, p: { expressions: { bucket: eachBucket } } }),
    ),
  ],
  [
    'one instance of a module',
    ['module.b["y"].aws_s3_bucket.b'],
    open(
      [
        bucket('module.b["x"].aws_b'),
        bucket('module.b["y"].aws_b'),
        block('aws_p', ['module.b["x"].id', 'module.b["x"]', 'module.b']),
      ],
      modules({ b: { module: { outputs: idOutput } } }),
    ),
  ],
  [
    'a local that a module is given',
    [],
    open(
      [bucket('aws_b'), block('module.p.aws_p', ['var.bucket'])],
      modules({
        p: { expressions: { bucket: refersTo('local.b') } },
      }),
    ),
  ],
  [
    'its own module',
    ['module.b["y"].aws_s3_bucket.b'],
    open([
      bucket('module.b["x"].aws_b'),
      bucket('module.b["y"].aws_b'),
      block('module.b["x"].aws_p', ['aws_s3_bucket.b.id']),
    ]),
  ],
  [
    'a constant',
    ['aws_s3_bucket.b'],
    open([
      bucket('aws_b'),
      block('aws_p', [], { expressions: { bucket: constant('x') }, after: { bucket: 'x' } }),
    ]),
  ],
];
for (const [name, expected, found] of cases)
  test(`an access block that names its bucket by ${name}`, () => expect(found).toStrictEqual(expected));

test('two thousand resources with indexed companions are matched one to one', () => {
  const resources = Array.from({ length: 1000 }, (_, index) => [
    bucket(`aws_b[${index}]`),
    block(`aws_p[${index}]`, ['aws_s3_bucket.b', 'count.index']),
  ]);
  expect(open(resources.flat())).toStrictEqual([]);
  expect(open(resources.flat().slice(0, -1))).toStrictEqual(['aws_s3_bucket.b[999]']);
});
