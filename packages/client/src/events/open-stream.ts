import { refusal } from '../errors.ts';
import type { ApiRequest } from '../request.ts';
import { type Connection, fetchFrom, operationOf } from '../send.ts';
import { EventParser, type RawEvent } from './event-parser.ts';

/** One connection of a stream of events. */
export type EventStream = {
  /** False if the engine says that no event will follow. */
  hasEvents: boolean;
  /** Ends with the stream; throws if the connection is lost or silent for too long. */
  events: AsyncGenerator<RawEvent, void, undefined>;
  retryMs(): number | undefined;
  close(): void;
};

/** Opens the stream after an event. Throws `ApiError` if the engine refuses it. */
export async function openStream(
  connection: Connection,
  request: ApiRequest,
  lastEventId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<EventStream> {
  const controller = new AbortController();
  const { idleMs } = connection.events;
  const idle = () => controller.abort(new Error(`nothing was heard for ${idleMs} ms`));
  let timer = setTimeout(idle, idleMs);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(idle, idleMs);
  };
  const close = () => {
    clearTimeout(timer);
    controller.abort();
  };
  try {
    const either = AbortSignal.any([controller.signal, ...(signal ? [signal] : [])]);
    const response = await fetchFrom(connection, resumed(request, lastEventId), either);
    if (!response.ok) throw await refusal(operationOf(request), response);
    const parser = new EventParser();
    return {
      hasEvents: response.status !== 204,
      events: readEvents(response.body, parser, heard),
      retryMs: () => parser.retryMs,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function* readEvents(
  body: Response['body'],
  parser: EventParser,
  heard: () => void,
): AsyncGenerator<RawEvent, void, undefined> {
  if (!body) return;
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    heard();
    yield* parser.push(text);
  }
}

function resumed(request: ApiRequest, lastEventId: string | undefined): ApiRequest {
  if (lastEventId === undefined) return request;
  return { ...request, headers: { ...request.headers, 'last-event-id': lastEventId } };
}
