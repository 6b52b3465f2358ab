export { type Client, type ClientOptions, createClient } from './client.ts';
export { ApiError, type ProblemField, UnreachableError } from './errors.ts';
export type { CallOptions, EventOptions, InputOf, ServerEvent } from './method.ts';
export type { StreamedAnswer } from './streamed-answer.ts';
