import {
  type ClientHttp2Session,
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';

/** Forwards one gRPC call unchanged: headers, messages, trailers, and a cancel from either side. */
export function forward(
  session: ClientHttp2Session,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): void {
  const request = session.request(withoutConnection(headers), { endStream: false });
  let trailers: IncomingHttpHeaders = {};
  request.on('response', (answer, flags) => {
    if (stream.destroyed) return;
    const isWhole = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, isWhole ? { endStream: true } : { waitForTrailers: true });
  });
  request.on('trailers', (received) => {
    trailers = received;
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.pipe(request);
  request.pipe(stream);
  stream.on('close', () => request.close(stream.rstCode));
  request.on('close', () => {
    if (!stream.destroyed && request.rstCode !== constants.NGHTTP2_NO_ERROR) stream.close(request.rstCode);
  });
  request.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  stream.on('error', () => request.close(constants.NGHTTP2_CANCEL));
}

/** Removes connection-specific headers, so that the call can be sent on another connection. */
export function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { ':scheme': _scheme, ':authority': _authority, ...rest } = headers;
  return rest;
}
