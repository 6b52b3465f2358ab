import { isRecord } from '@deployment-engine/terraform-code';
import { TemplateError } from '../template-error.ts';
import { Unknown, unknownsIn } from '../unknown.ts';
import { type ArmExpression, isExpression, parseExpression, plainText } from './expression.ts';
import { functions } from './functions.ts';
import type { ArmTemplate } from './read-template.ts';

/** Characters and items that are evaluated in all: a short template can repeat a long parameter thousands of times. */
const maxCharacters = 10_000_000;

/** Steps inside each other, over all variables: deeper ones only exhaust the stack. */
const maxSteps = 500;

/** Stands for a value that can be anything. */
const anything = new Unknown([], false);
/** What the cloud makes: a name, an id or a region. */
const aName = new Unknown([], true);
const named = new Set(
  ['resourceId', 'subscriptionResourceId', 'tenantResourceId', 'extensionResourceId', 'resourceGroup']
    .concat([
      'subscription',
      'tenant',
      'deployment',
      'environment',
      'managementGroup',
      'uniqueString',
      'guid',
      'newGuid',
      'utcNow',
    ])
    .map((name) => name.toLowerCase()),
);

/** Functions whose results are the same in Azure without any doubt. */
const certain = new Set([
  'parameters',
  'variables',
  'true',
  'false',
  'equals',
  'not',
  'and',
  'or',
  'if',
  'empty',
]);

/** What the cloud makes of a group or a subscription; its tags can be any text. */
const madeParts = new Set(['id', 'location', 'name', 'subscriptionid', 'tenantid']);

/** Evaluates expressions as far as the parameters say what they mean; the rest is `Unknown`. */
export class ArmEvaluation {
  readonly #variables: ReadonlyMap<string, unknown>;
  readonly #parameters: ReadonlyMap<string, unknown>;
  readonly #known = new Map<string, unknown>();
  readonly #isCertain: boolean;
  #index: number | undefined;
  readonly #names = new WeakMap<object, Map<string, string>>();
  #characters = 0;
  #steps = 0;

  /**
   * `parameters` has a value, by its name in lower case, for each parameter that has one; others are unknown. With `isCertain`,
   * the results of all functions but the simplest are unknown: what decides that a resource is not there must be the same in Azure.
   */
  constructor({ variables }: ArmTemplate, parameters: ReadonlyMap<string, unknown>, isCertain = false) {
    this.#isCertain = isCertain;
    this.#variables = new Map(Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value]));
    this.#parameters = parameters;
  }

  /** Returns plain JSON with `Unknown` in it. `index` is what `copyIndex()` means. */
  value(json: unknown, index?: number): unknown {
    this.#index = index;
    return this.#value(json);
  }

  #value(json: unknown): unknown {
    return this.#within(() => this.#read(json));
  }

  #within(read: () => unknown): unknown {
    if (this.#steps > maxSteps) return anything;
    this.#steps += 1;
    try {
      return read();
    } finally {
      this.#steps -= 1;
    }
  }

  #read(json: unknown): unknown {
    this.#count(typeof json === 'string' ? json.length : 1);
    if (typeof json === 'string') {
      if (!isExpression(json)) return plainText(json);
      return this.#counted(this.#evaluate(parseExpression(json)));
    }
    if (Array.isArray(json)) return json.map((item) => this.#value(item));
    if (!isRecord(json)) return json;
    const all = Object.entries(json).map(([name, item]) => [plainText(name), this.#value(item)] as const);
    const { copy } = json;
    if (!Array.isArray(copy)) return Object.fromEntries(all);
    // A loop over a property: what it makes is not evaluated.
    const made = copy.flatMap((one) => (isRecord(one) ? [[String(one.name), anything] as const] : []));
    return Object.fromEntries([...all.filter(([name]) => name !== 'copy'), ...made]);
  }

  #counted(value: unknown): unknown {
    this.#count(sizeOf(value));
    return value;
  }

  #count(size: number): void {
    this.#characters += size;
    if (this.#characters > maxCharacters)
      throw new TemplateError(
        `its texts have more than ${maxCharacters} characters with the parameters in them`,
      );
  }

  #evaluate(expression: ArmExpression): unknown {
    return this.#within(() => this.#result(expression));
  }

  #result(expression: ArmExpression): unknown {
    if (expression.kind === 'literal') return expression.value;
    if (expression.kind === 'access')
      return this.#isCertain
        ? anything
        : this.#accessed(this.#evaluate(expression.of), this.#evaluate(expression.key));
    const name = expression.name.toLowerCase();
    const given = expression.arguments;
    if (this.#isCertain && !certain.has(name)) return anything;
    if (name === 'if') return this.#if(given);
    const values = given.map((argument) => this.#evaluate(argument));
    const [first] = values;
    if (name === 'parameters') return this.#parameter(first);
    if (name === 'variables') return this.#variable(first);
    if (name === 'copyindex') return this.#copyIndex(values);
    if (named.has(name)) return aName;
    // 1.0 is not 1 in Azure.
    if (this.#isCertain && name === 'equals' && typeof first === 'number') return anything;
    const known = functions[name];
    if (!known || !Object.hasOwn(functions, name)) return anything;
    this.#counted(values);
    if (unknownsIn(values).length > 0) return joined(name, values);
    return this.#counted(known(values)) ?? anything;
  }

  #accessed(of: unknown, key: unknown): unknown {
    if (of instanceof Unknown) return of.isName && madeParts.has(String(key).toLowerCase()) ? of : anything;
    if (Array.isArray(of) && typeof key === 'number') return of[key] ?? anything;
    if (!isRecord(of) || typeof key !== 'string') return anything;
    const found = this.#namesOf(of).get(key.toLowerCase());
    return found === undefined ? anything : of[found];
  }

  /** Azure compares names without case. */
  #namesOf(of: Record<string, unknown>): Map<string, string> {
    const known = this.#names.get(of);
    if (known) return known;
    const names = new Map(Object.keys(of).map((name) => [name.toLowerCase(), name]));
    this.#count(names.size);
    this.#names.set(of, names);
    return names;
  }

  #if([condition, yes, no]: ArmExpression[]): unknown {
    if (!condition || !yes || !no) return anything;
    const holds = this.#evaluate(condition);
    if (typeof holds === 'boolean') return this.#evaluate(holds ? yes : no);
    return Unknown.of([...unknownsIn([this.#evaluate(yes), this.#evaluate(no)]), anything]);
  }

  #parameter(name: unknown): unknown {
    const value = this.#parameters.get(String(name).toLowerCase());
    return value === undefined ? anything : value;
  }

  #variable(name: unknown): unknown {
    const key = String(name).toLowerCase();
    if (!this.#known.has(key)) this.#known.set(key, this.#value(this.#variables.get(key)) ?? anything);
    return this.#known.get(key);
  }

  #copyIndex(values: unknown[]): unknown {
    const offset = values.find((value) => typeof value === 'number') ?? 0;
    return this.#index === undefined ? anything : this.#index + Number(offset);
  }
}

/** A text with unknown names in it is a name that has text in it; what is made of anything else is not known at all. */
function joined(name: string, values: unknown[]): Unknown {
  const unknown = unknownsIn(values);
  return name === 'concat' || name === 'format' || name === 'tolower' || name === 'toupper'
    ? Unknown.of(unknown)
    : Unknown.of([...unknown, anything]);
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Unknown || typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + sizeOf(item), 1);
}
