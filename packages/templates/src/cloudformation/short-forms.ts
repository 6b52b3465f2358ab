import type { CollectionTag, ScalarTag } from 'yaml';
import { isMap, isSeq } from 'yaml';
import { wrongKeyIn } from './wrong-key.ts';

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html */
const functions = [
  ...[
    'And',
    'Base64',
    'Cidr',
    'Equals',
    'FindInMap',
    'GetAZs',
    'GetAtt',
    'If',
    'ImportValue',
    'Join',
    'Length',
  ],
  ...['Not', 'Or', 'Select', 'Split', 'Sub', 'ToJsonString', 'Transform'],
];

/** `!Sub x` is `{"Fn::Sub": "x"}`; `!Ref` and `!Condition` have no prefix, and `!GetAtt a.b` is a list. */
function longForm(name: string, value: unknown): Record<string, unknown> {
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (name !== 'GetAtt' || typeof value !== 'string') return { [`Fn::${name}`]: value };
  const dot = value.indexOf('.');
  return { 'Fn::GetAtt': dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)] };
}

/** Tags of YAML that write intrinsic functions in short. Their values become the long form of JSON. */
export const shortForms: (ScalarTag | CollectionTag)[] = [...functions, 'Ref', 'Condition'].flatMap(
  (name) => [
    { tag: `!${name}`, resolve: (text: string) => longForm(name, text) },
    ...(['map', 'seq'] as const).map((collection) => ({
      tag: `!${name}`,
      collection,
      resolve: (node: unknown, onError: (message: string) => void) => {
        const wrong = wrongKeyIn(node);
        if (wrong) onError(wrong.problem);
        return longForm(name, isMap(node) || isSeq(node) ? node.toJSON() : null);
      },
    })),
  ],
);
