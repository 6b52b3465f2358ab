import type { Schema } from '../schema/schema.ts';

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
/** Read by other parts of the engine. */
const anything: Schema = {};

function closed(properties: Record<string, Schema>, required: string[] = []): Schema {
  return { type: 'object', additionalProperties: false, properties, required };
}

function byName(schema: Schema): Schema {
  return { type: 'object', additionalProperties: schema };
}

const infrastructure = closed({
  defaults: text,
  networking: text,
  security: text,
  observability: text,
  compliance: text,
});
const variables = byName({ type: ['string', 'number', 'boolean'] });
const output = closed({ valueFrom: closed({ component: text, output: text }, ['component', 'output']) }, [
  'valueFrom',
]);
const approval = closed({
  environments: byName(closed({ required: { type: 'boolean' }, approvers: texts })),
});

export const stackSpec: Schema = closed(
  {
    provider: closed({ name: { ...text, enum: ['aws'], default: 'aws' }, region: text, accountId: text }, [
      'region',
    ]),
    infrastructure,
    variables,
    backend: anything,
    outputs: byName(output),
    approval,
    promotion: texts,
    rollback: closed({ onFailure: { type: 'boolean' } }),
    hooks: anything,
    tests: anything,
    notifications: anything,
    budget: closed({ maxMonthly: { type: 'number', minimum: 0 } }),
  },
  ['provider'],
);

export const serviceSpec: Schema = closed({
  infrastructure,
  variables,
  dependsOn: texts,
  rollback: anything,
  hooks: anything,
  tests: anything,
});

/** `spec` and `infra` are checked against the schemas of the kind. */
export const templateSpec: Schema = closed(
  { kind: text, spec: { type: 'object' }, infra: { type: 'object' } },
  ['kind'],
);

export const complianceSeverities = ['low', 'medium', 'high', 'critical'] as const;
export type ComplianceSeverity = (typeof complianceSeverities)[number];

const someText: Schema = { type: 'string', minLength: 1 };
/** Of `spec.requirements` in a Compliance. */
export const requirementsSchema: Schema = {
  type: 'array',
  items: closed(
    {
      name: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,39}$' },
      field: { type: 'string', pattern: '^(spec|infra|labels)\\.[^.]+(\\.[^.]+)*$' },
      kinds: { type: 'array', items: someText, minItems: 1, uniqueItems: true },
      minimum: { type: 'number' },
      maximum: { type: 'number' },
      oneOf: { type: 'array', items: { type: ['string', 'number', 'boolean'] }, minItems: 1 },
      severity: { type: 'string', enum: [...complianceSeverities], default: 'medium' },
      message: someText,
    },
    ['name', 'field'],
  ),
};
