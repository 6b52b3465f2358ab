import { builtInKinds } from '../../../../testing/repository.ts';
import { moduleFacts } from './module-facts.ts';
import { readKinds } from './read-kinds.ts';

const facts = (code: string) => moduleFacts('Own', new Map([['main.tf', code]]));

test.each([
  ['an index', 'x = var.inputs["${var.spec.source.component}.arn"]', ['arn']],
  ['an index of a loop', 'x = [for e in var.spec.events : var.inputs["${e.source.component}.arn"]]', ['arn']],
  ['lookup', 'x = lookup(var.inputs, "${var.spec.target.component}.url", null)', ['url']],
  ['an index inside try', 'x = try(var.spec.zone, var.inputs["${local.to}.zone"])', ['zone']],
  [
    'a named output',
    'x = [for e in var.spec.env : var.inputs["${e.valueFrom.component}.${e.valueFrom.output}"]]',
    [],
  ],
  ['another variable', 'x = var.others["${var.spec.source.component}.arn"]', []],
  ['lookup in another map', 'x = lookup(var.others, "${var.spec.target.component}.url", null)', []],
  ['a variable of a loop with that name', 'x = [for var in var.spec.list : var.inputs["${var.to}.arn"]]', []],
  ['a comment', '# var.inputs["${var.spec.source.component}.arn"]', []],
])('outputs that a kind reads without their being named: %s', (_, code, expected) => {
  expect(facts(`locals {\n  ${code}\n}\n`).referencedOutputs).toStrictEqual(expected);
});

test('an output is sensitive unless it is declared false', () => {
  const code = ['true', 'false', 'local.unclear']
    .map((value, index) => `output "o${index}" {\n  value = 1\n  sensitive = ${value}\n}\n`)
    .join('output "plain" { value = 1 }\n');
  expect(facts(code)).toMatchObject({
    outputs: ['o0', 'o1', 'o2', 'plain', 'plain'],
    sensitiveOutputs: ['o0', 'o2'],
  });
});

test.each([
  ['var.context.network.vpcId', ['vpcId']],
  ['var.context.network.privateSubnetIds[0]', ['privateSubnetIds']],
  ['var.context.platform', ['clusterArn', 'clusterName', 'namespaceId', 'namespaceName']],
  ['var.context.name', []],
])('%s reads outputs of the foundation', (code, expected) => {
  expect(facts(`locals {\n  x = ${code}\n}\n`).foundationOutputs).toStrictEqual(expected);
});

test('the whole context reads all outputs of the foundation', () => {
  const { foundationOutputs } = facts('locals {\n  x = var.context\n}\n');
  expect(foundationOutputs).toStrictEqual(readKinds(builtInKinds()).kinds.get('Foundation')?.outputs);
});

test('what the built-in kinds read of components that they refer to', () => {
  const { kinds } = readKinds(builtInKinds());
  const reading = [...kinds.values()].filter(({ referencedOutputs }) => referencedOutputs.length > 0);
  expect(
    Object.fromEntries(reading.map(({ name, referencedOutputs }) => [name, referencedOutputs])),
  ).toStrictEqual({
    APIGateway: ['functionName', 'invokeArn'],
    CloudFront: ['domainName'],
    EBS: ['availabilityZone', 'instanceId'],
    EventBridge: ['arn'],
    Lambda: ['apiId', 'arn', 'bucketName', 'streamArn'],
  });
});
