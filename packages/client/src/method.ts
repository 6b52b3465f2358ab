import type { Endpoint } from '@deployment-engine/contracts';
import type { z } from 'zod';
import type { StreamedAnswer } from './streamed-answer.ts';

export type CallOptions = { signal?: AbortSignal | undefined };

export type EventOptions = CallOptions & {
  /** Continues after this event. */
  lastEventId?: string | undefined;
  /** Also retries the first connection, for a caller that has reached the engine before. */
  retryFirst?: boolean | undefined;
};

/** A server-sent event; `data` is its JSON. */
export type ServerEvent<Data = unknown> = { id: string; type: string; data: Data };

/** Parameters are given as values of the type that the engine reads from their text. */
type Parameters<S extends z.ZodObject> = {
  [K in keyof z.input<S>]: K extends keyof z.output<S>
    ? z.output<S>[K] | (Record<never, never> extends Pick<z.input<S>, K> ? undefined : never)
    : never;
};
type Optional<Name extends string, Value> =
  Record<never, never> extends Value ? { [N in Name]?: Value } : { [N in Name]: Value };

/** What a call of an operation needs. */
export type InputOf<E extends Endpoint> = (E extends { params: infer S extends z.ZodObject }
  ? { params: Parameters<S> }
  : unknown) &
  (E extends { query: infer S extends z.ZodObject } ? Optional<'query', Parameters<S>> : unknown) &
  (E extends { body: infer S extends z.ZodType } ? Optional<'body', z.input<S>> : unknown) &
  (E extends { bodyType: string } ? { body: Uint8Array<ArrayBuffer> } : unknown) &
  (E extends { createsJob: true } ? { idempotencyKey?: string | undefined } : unknown);

type EventOf<E extends Endpoint> = E extends { event: infer S extends z.ZodType } ? z.output<S> : unknown;

type AnswerOf<E extends Endpoint> = E['answer'] extends z.ZodType
  ? Promise<z.output<E['answer']>>
  : E['answer'] extends 'text/event-stream'
    ? AsyncGenerator<ServerEvent<EventOf<E>>, void, undefined>
    : Promise<StreamedAnswer>;

type OptionsOf<E extends Endpoint> = E['answer'] extends 'text/event-stream' ? EventOptions : CallOptions;

export type Method<E extends Endpoint> =
  Record<never, never> extends InputOf<E>
    ? (input?: InputOf<E>, options?: OptionsOf<E>) => AnswerOf<E>
    : (input: InputOf<E>, options?: OptionsOf<E>) => AnswerOf<E>;

/** What a method is called with, in the form that fits every operation. */
export type AnyInput = {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  idempotencyKey?: string | undefined;
};
