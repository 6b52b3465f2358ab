import { isRecord } from '@deployment-engine/terraform-code';
import { TemplateError } from '../template-error.ts';
import { Unknown, unknownsIn } from '../unknown.ts';
import { areEqual } from './equality.ts';
import type { CloudFormationTemplate } from './read-template.ts';
import { conversions } from './types/index.ts';

/** Characters and items of all that is evaluated: a short template can repeat a long parameter thousands of times. */
const maxCharacters = 10_000_000;

/** What is left out, by `AWS::NoValue`. */
const noValue = Symbol('AWS::NoValue');

/** Evaluates intrinsic functions as far as the parameters say what they mean; the rest is `Unknown`. */
export class Evaluation {
  readonly #template: CloudFormationTemplate;
  readonly #parameters: ReadonlyMap<string, unknown>;
  readonly #conditions = new Map<string, boolean | Unknown | 'open'>();
  /** Conditions that are being evaluated, inside each other. */
  #openConditions = 0;
  #characters = 0;

  /** `parameters` has a value for each parameter that has one; others are unknown. */
  constructor(template: CloudFormationTemplate, parameters: ReadonlyMap<string, unknown>) {
    this.#template = template;
    this.#parameters = parameters;
  }

  /** Returns plain JSON with `Unknown` in it; `undefined` for what is left out. */
  value(json: unknown): unknown {
    const found = this.#value(json);
    return found === noValue ? undefined : found;
  }

  /** Throws `TemplateError` for a condition that does not exist or depends on itself. */
  condition(name: string): boolean | Unknown {
    const known = this.#conditions.get(name);
    if (known === 'open') throw new TemplateError(`the condition ${name} depends on itself`);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.#template.conditions, name))
      throw new TemplateError(`the condition ${name} is not among its Conditions`);
    this.#conditions.set(name, 'open');
    this.#openConditions += 1;
    const found = asTruth(this.#value(this.#template.conditions[name]));
    this.#openConditions -= 1;
    this.#conditions.set(name, found);
    return found;
  }

  /** What CloudFormation looks up elsewhere can be anything, wherever its text comes from. */
  #value(json: unknown): unknown {
    return this.#resolved(this.#evaluated(json));
  }

  #resolved(found: unknown): unknown {
    return typeof found === 'string' && found.includes('{{resolve:') ? anything : found;
  }

  #evaluated(json: unknown): unknown {
    this.#count(1);
    if (typeof json === 'string') return this.#counted(json);
    if (Array.isArray(json)) return json.map((item) => this.#value(item)).filter((item) => item !== noValue);
    if (!isRecord(json)) return json;
    const entries = Object.entries(json);
    const [name, argument] = entries[0] ?? [''];
    if (entries.length === 1 && (name === 'Ref' || name === 'Condition' || name.startsWith('Fn::')))
      return this.#function(name, argument);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, this.#value(item)]).filter(([, item]) => item !== noValue),
    );
  }

  #counted(text: string): string {
    this.#count(text.length);
    return text;
  }

  /** Counts a text before it is made. */
  #count(length: number): void {
    this.#characters += length;
    if (this.#characters > maxCharacters)
      throw new TemplateError(
        `its texts have more than ${maxCharacters} characters with the parameters in them`,
      );
  }

  #function(name: string, argument: unknown): unknown {
    if (name === 'Ref') return this.#ref(String(argument));
    if (name === 'Condition') return this.condition(String(argument));
    if (name === 'Fn::GetAtt') return this.#attribute(argument);
    if (name === 'Fn::If') return this.#if(argument);
    if (name === 'Fn::Sub') return this.#sub(argument);
    const given = this.#value(argument);
    return this.#plain(name, given) ?? Unknown.of([...unknownsIn(given), anything]);
  }

  #ref(name: string): unknown {
    if (name === 'AWS::NoValue') return noValue;
    // Most stacks are in this partition, but no condition may hide what stacks in others have.
    if (name === 'AWS::Partition') return this.#openConditions > 0 ? anything : 'aws';
    if (name.startsWith('AWS::')) return new Unknown([], true);
    if (this.#parameters.has(name)) return this.#texts(this.#parameters.get(name));
    if (this.#template.resources.has(name)) return this.#made(name);
    if (this.#template.parameters.has(name)) return anything;
    throw new TemplateError(`Ref names ${name}, which is neither a parameter nor a resource of it`);
  }

  #attribute(argument: unknown): unknown {
    const [name] = Array.isArray(argument) ? argument : String(argument).split('.');
    if (typeof name !== 'string') return anything;
    if (!this.#template.resources.has(name))
      throw new TemplateError(`GetAtt names ${name}, which is no resource of it`);
    return this.#made(name);
  }

  /** What the cloud makes of a resource is a name; a stored parameter and code of its own can return any text. */
  #made(logicalId: string): Unknown {
    const type = this.#template.resources.get(logicalId)?.type ?? '';
    return new Unknown([logicalId], conversions.has(type) && type !== 'AWS::SSM::Parameter');
  }

  #if(argument: unknown): unknown {
    const [name, yes, no] = Array.isArray(argument) ? argument : [];
    const holds = this.condition(String(name));
    if (typeof holds === 'boolean') return this.#value(holds ? yes : no);
    return Unknown.of([...unknownsIn([this.#value(yes), this.#value(no)]), anything]);
  }

  #sub(argument: unknown): unknown {
    const [text, given = {}] = Array.isArray(argument) ? argument : [argument];
    if (typeof text !== 'string' || !isRecord(given)) return anything;
    const unknown: Unknown[] = [];
    const shown = text.replace(/\$\{(!?)([^{}]+)\}/g, (whole, literal: string, inner: string) => {
      if (literal) return `\${${inner}}`;
      const name = inner.trim();
      const value = Object.hasOwn(given, name)
        ? this.#value(given[name])
        : name.includes('.')
          ? this.#attribute(name)
          : this.#ref(name);
      const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (!isText) unknown.push(value instanceof Unknown ? value : anything);
      return isText ? this.#counted(String(value)) : whole;
    });
    return unknown.length > 0 ? Unknown.of(unknown) : this.#counted(shown);
  }

  /** Evaluates a function of values; `undefined` if one that it needs is unknown. */
  #plain(name: string, given: unknown): unknown {
    const list = Array.isArray(given) ? given : [given];
    const [first, second, third] = list;
    switch (name) {
      case 'Fn::Equals':
        return areEqual(first, second, this.#template.hasOddNumbers);
      case 'Fn::Not':
        return negated(asTruth(first));
      case 'Fn::And':
        return allHold(list.map(asTruth));
      case 'Fn::Or':
        return negated(allHold(list.map(asTruth).map(negated)));
      case 'Fn::Join':
        return joined(first, second, (length) => this.#count(length));
      case 'Fn::Split':
        return typeof second === 'string' && typeof first === 'string'
          ? this.#split(second, first)
          : undefined;
      case 'Fn::Select':
        return Array.isArray(second) ? second[Number(first)] : undefined;
      case 'Fn::FindInMap':
        return this.#inMap([first, second, third]);
      case 'Fn::Base64':
        return typeof given === 'string' ? this.#base64(given) : undefined;
      case 'Fn::GetAZs':
      case 'Fn::Cidr':
        return new Unknown([], true);
      default:
        return undefined;
    }
  }

  #split(text: string, by: string): string[] {
    this.#count(text.length);
    return text.split(by);
  }

  #base64(text: string): string {
    const bytes = Buffer.from(text);
    this.#count(Math.ceil(bytes.length / 3) * 4);
    return bytes.toString('base64');
  }

  #inMap(keys: unknown[]): unknown {
    let found: unknown = this.#template.mappings;
    for (const key of keys) {
      if (!isRecord(found) || key instanceof Unknown || !Object.hasOwn(found, String(key))) return undefined;
      found = found[String(key)];
    }
    return this.#texts(found);
  }

  /** A parameter or a value of a mapping is a text, a number or a list of them: functions mean nothing there. */
  #texts(value: unknown): unknown {
    if (Array.isArray(value)) {
      this.#count(1);
      return value.map((item) => (Array.isArray(item) ? anything : this.#texts(item)));
    }
    this.#count(1 + (typeof value === 'string' ? value.length : 0));
    return isRecord(value) ? anything : this.#resolved(value);
  }
}

/** Stands for a value that can be anything. */
const anything = new Unknown([], false);

/** What is neither true nor false, CloudFormation refuses or understands in a way of its own. */
function asTruth(value: unknown): boolean | Unknown {
  if (value instanceof Unknown) return value;
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : anything;
}

function negated(value: boolean | Unknown | undefined): boolean | undefined {
  return typeof value === 'boolean' ? !value : undefined;
}

function allHold(list: (boolean | Unknown | undefined)[]): boolean | undefined {
  if (list.includes(false)) return false;
  return list.every((value) => value === true) ? true : undefined;
}

/** A list with unknown names in it is a name that has text in it; one with other unknown items is not known at all. */
function joined(by: unknown, items: unknown, count: (length: number) => void): unknown {
  if (typeof by !== 'string' || !Array.isArray(items)) return undefined;
  const unknown = items.filter((item) => item instanceof Unknown);
  if (unknown.length > 0) return Unknown.of(unknown);
  const texts = items.map(String);
  count(texts.reduce((sum, text) => sum + text.length, by.length * Math.max(0, texts.length - 1)));
  return texts.join(by);
}
