import { DomainError, type FieldError } from '@deployment-engine/service';

/** The error for parameters that do not fit a template. Problems contain no values. */
export function wrongParameters(problems: { parameter: string; problem: string }[]): DomainError {
  const fields: FieldError[] = problems.map(({ parameter, problem }) => ({
    pointer: `/parameters/${parameter}`,
    detail: problem,
  }));
  return new DomainError('invalid_request', 'the parameters do not fit the template', { fields });
}
