import { type ProblemCode, problemSchema } from '@deployment-engine/contracts';
import type { z } from 'zod';

/** A wrong field of the request: an RFC 6901 pointer into it, and what is wrong. */
export type ProblemField = { pointer: string; detail: string };

export type ApiErrorFacts = {
  /** HTTP status of the answer; also set if the answer of a success could not be read. */
  status: number;
  /** `null` if the answer is no problem that this version of the API knows. */
  code: ProblemCode | null;
  title: string;
  detail: string;
  fields: ProblemField[];
  requestId: string | null;
};

/** The engine refused a request, or its answer does not fit the contract. */
export class ApiError extends Error implements ApiErrorFacts {
  override readonly name = 'ApiError';
  /** Method and path of the request. */
  readonly operation: string;
  readonly status: number;
  readonly code: ProblemCode | null;
  readonly title: string;
  readonly detail: string;
  readonly fields: ProblemField[];
  readonly requestId: string | null;

  constructor(operation: string, facts: ApiErrorFacts) {
    const fields = facts.fields.map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
    super(`${operation}: ${[facts.detail, ...(fields.length > 0 ? [fields.join('; ')] : [])].join(': ')}`);
    this.operation = operation;
    this.status = facts.status;
    this.code = facts.code;
    this.title = facts.title;
    this.detail = facts.detail;
    this.fields = facts.fields;
    this.requestId = facts.requestId;
  }
}

/** No engine answers at the address, or the connection was lost before the answer was complete. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly url: string;

  constructor(url: string, reason: string, cause?: unknown) {
    super(`no engine answers at ${url} (${reason})`, { cause });
    this.url = url;
  }
}

const lenientProblem = problemSchema.partial();

/** Returns the error for a refused request. The answer may come from a proxy and need not be JSON. */
export async function refusal(operation: string, response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const problem = parseProblem(text);
  const fallback = `the engine answered ${response.status}`;
  return new ApiError(operation, {
    status: response.status,
    code: problem.code ?? null,
    title: problem.title ?? (response.statusText || fallback),
    detail: problem.detail ?? problem.error ?? fallback,
    fields: problem.errors ?? [],
    requestId: problem.requestId ?? response.headers.get('x-request-id'),
  });
}

function parseProblem(text: string): z.infer<typeof lenientProblem> {
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null) return {};
  const known = lenientProblem.safeParse(json);
  return known.success ? known.data : (lenientProblem.omit({ code: true }).safeParse(json).data ?? {});
}

/** Returns the error for a success whose answer does not fit the contract. */
export function unreadable(operation: string, response: Response, detail: string): ApiError {
  return new ApiError(operation, {
    status: response.status,
    code: null,
    title: 'The answer does not fit the contract',
    detail: `reading the answer: ${detail}; the engine may have another version than this client`,
    fields: [],
    requestId: response.headers.get('x-request-id'),
  });
}

/** Returns `undefined` for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Describes the first differences between a value and its schema. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.length > 0 ? path.join('.') : 'it'}: ${message}`)
    .join('; ');
}
