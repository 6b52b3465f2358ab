import { callError } from './send.ts';

/** A text or an archive as the engine sends it; read it once, by one of the three. */
export type StreamedAnswer = {
  /** Media type, for example `application/gzip`. */
  type: string;
  /** Throws `UnreachableError` if the connection is lost before its end. */
  body: ReadableStream<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
};

export function streamedAnswer(url: string, response: Response, signal?: AbortSignal): StreamedAnswer {
  const body = withCallErrors(url, response.body, signal);
  return {
    type: response.headers.get('content-type') ?? 'application/octet-stream',
    body,
    text: () => new Response(body).text(),
    bytes: async () => new Uint8Array(await new Response(body).arrayBuffer()),
  };
}

function withCallErrors(
  url: string,
  body: Response['body'],
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body?.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const chunk = await reader?.read();
        if (!chunk || chunk.done) controller.close();
        else controller.enqueue(chunk.value);
      } catch (error) {
        controller.error(callError({ url }, error, signal));
      }
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}
