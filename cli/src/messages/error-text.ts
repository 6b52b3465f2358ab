import { ApiError, UnreachableError } from '@deployment-engine/client';
import { engineText } from './engine-text.ts';
import { fieldName } from './field-name.ts';
import { ownCommand } from './own-command.ts';

/** What a user does about a refusal, besides what the engine says. */
const hints: Partial<Record<NonNullable<ApiError['code']>, () => string>> = {
  unauthenticated: () => `run ${ownCommand('login')}, or set DEPLOYER_TOKEN`,
  project_not_found: () => `${ownCommand('list projects')} lists those that you may see`,
  job_not_found: () => `${ownCommand('list jobs')} lists those that you may see`,
  stack_not_found: () => `${ownCommand('list stacks')} lists those that you may see`,
  pipeline_not_found: () => `${ownCommand('list pipelines')} lists those that you may see`,
};

/** Says an error in the words of the command line, without control characters. */
export function errorText(error: Error): string {
  if (error instanceof UnreachableError)
    return engineText(`${error.message}; start it with npm start, or name it with --url`);
  return engineText(error instanceof ApiError ? refusalText(error) : error.message);
}

function refusalText({ code, detail, fields }: ApiError): string {
  const hint = code === null ? undefined : hints[code]?.();
  const isSaidByFields = code === 'invalid_request' && fields.length > 0;
  const whole = fields.length > 0 ? detail.replace(/; POST \S+ shows them$/, '') : detail;
  const said = [
    ...(isSaidByFields && detail === 'the request is not valid' ? [] : [whole]),
    ...(fields.length > 0 ? [listed(fields.map(fieldText))] : []),
  ]
    .join(': ')
    .replace(': \n', ':\n');
  return hint === undefined ? said : `${said}; ${hint}`;
}

function fieldText({ pointer, detail }: ApiError['fields'][number]): string {
  const name = fieldName(pointer);
  return name === '' || detail.startsWith(name) ? detail : `${name}: ${detail}`;
}

/** One field continues the line; more have a line each. */
function listed(texts: string[]): string {
  return texts.length === 1 ? texts.join() : texts.map((text) => `\n  ${text}`).join('');
}
