import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type OperatorPolicy, operatorPolicySchema, type UserRule } from '@deployment-engine/contracts';
import { stackCelProblem } from '@deployment-engine/policy';
import { parseDocument } from 'yaml';
import type { ZodError } from 'zod';
import { ConfigError } from '../config.ts';
import { ruleIdProblems } from './rule-id-problems.ts';
import { userRuleProblems } from './user-rule-problems.ts';

/** The policy of an engine without `POLICY_FILE`. */
export const builtInOperatorPolicy: OperatorPolicy = operatorPolicySchema.parse({});

/** Reads `POLICY_FILE`; throws `ConfigError` with one line for each fault in it. */
export async function loadOperatorPolicy(path: string | undefined): Promise<OperatorPolicy> {
  if (path === undefined) return builtInOperatorPolicy;
  const wrong = (lines: string[]) => new ConfigError(lines.map((line) => `POLICY_FILE: ${path}: ${line}`));
  const text = await readFile(path, 'utf8').catch((error) => {
    throw wrong([error.code === 'ENOENT' ? 'there is no such file' : error.message]);
  });
  const content = extname(path) === '.json' ? readJson(text) : readYaml(text);
  if ('problem' in content) throw wrong([content.problem]);
  const parsed = operatorPolicySchema.safeParse(content.value ?? {});
  if (!parsed.success) throw wrong(lines(parsed.error));
  const { defaults, enforce, exemptions } = parsed.data;
  const problems = [
    ...idLines('defaults', defaults, enforce.userRules),
    ...idLines('enforce', enforce, []),
    ...idLines('', { exemptions, userRules: defaults.userRules }, enforce.userRules),
    ...(await ruleLines('defaults.userRules', defaults.userRules)),
    ...(await ruleLines('enforce.userRules', enforce.userRules)),
    ...stackRuleLines(enforce.stackRules),
  ];
  if (problems.length > 0) throw wrong(problems);
  return parsed.data;
}

type Content = { value: unknown } | { problem: string };

function readJson(text: string): Content {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `it is not valid JSON: ${(error as Error).message}` };
  }
}

/** Refuses aliases: they are not needed here and can expand to gigabytes. */
function readYaml(text: string): Content {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error) return { problem: `it is not valid YAML: ${error.message.split('\n')[0]}` };
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) };
  } catch (error) {
    return { problem: `it is not valid YAML: ${(error as Error).message}` };
  }
}

function lines(error: ZodError): string[] {
  return error.issues.map(
    ({ path, message }) => `${path.length > 0 ? pathText(path) : 'the file'}: ${message}`,
  );
}

function pathText(path: PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : `${text}${text ? '.' : ''}${String(part)}`,
    '',
  );
}

function idLines(
  place: string,
  named: Parameters<typeof ruleIdProblems>[0],
  operatorRules: UserRule[],
): string[] {
  return ruleIdProblems(named, operatorRules).map(
    ({ path, problem }) => `${pathText(place ? [place, ...path] : path)}: ${problem}`,
  );
}

function stackRuleLines(rules: UserRule[]): string[] {
  const ids = rules.map(({ id }) => id);
  return rules.flatMap((rule, index) => {
    const repeated = ids.indexOf(rule.id) < index ? `the id ${rule.id} is used before` : undefined;
    const problem = repeated ?? (rule.language === 'cel' ? stackCelProblem(rule.expression) : undefined);
    return problem === undefined ? [] : [`enforce.stackRules[${index}]: ${problem}`];
  });
}

async function ruleLines(place: string, rules: UserRule[]): Promise<string[]> {
  return (await userRuleProblems(rules)).map(({ index, problem }) => `${place}[${index}]: ${problem}`);
}
