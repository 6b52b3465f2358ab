import {
  type ClientHttp2Session,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { grpcHeaderBytes } from './proto-fields.ts';

/** A gRPC answer. `message` and `trailers` are empty if the provider returned an error at once. */
export type Answer = { headers: IncomingHttpHeaders; message: Buffer; trailers: IncomingHttpHeaders };

/** A gRPC message without content. */
export const emptyMessage: Buffer = Buffer.alloc(grpcHeaderBytes);

/** Makes one gRPC call with one message; rejects if the provider ends before it answers. */
export function call(
  session: ClientHttp2Session,
  path: string,
  message: Buffer = emptyMessage,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = session.request({
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
      ':method': 'POST',
      ':path': path,
    });
    const chunks: Buffer[] = [];
    let answered: IncomingHttpHeaders | undefined;
    let trailers: IncomingHttpHeaders = {};
    request.on('response', (received) => {
      answered = received;
    });
    request.on('trailers', (received) => {
      trailers = received;
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', reject);
    request.on('close', () => {
      if (
        answered &&
        request.rstCode === constants.NGHTTP2_NO_ERROR &&
        statusOf(answered, trailers) !== undefined
      )
        resolve({ headers: answered, message: Buffer.concat(chunks), trailers });
      else reject(new Error(`calling ${path}: the provider ended before it answered`));
    });
    request.end(message);
  });
}

/** Returns the gRPC status; 0 is success. Source: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export function grpcStatus({ headers, trailers }: Answer): number {
  return Number(statusOf(headers, trailers) ?? 2);
}

/** Reads a call's whole request. */
export function readRequest(stream: ServerHttp2Stream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('reading a call: Terraform ended before it was complete')));
  });
}

/** Sends Terraform an answer if it still waits for one. */
export function reply(stream: ServerHttp2Stream, { headers, message, trailers }: Answer): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.on('error', () => {});
  if (headers['grpc-status'] !== undefined) {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(message);
}

/** Returns an answer by the proxy itself: an empty message, or an error. */
export function ownAnswer(error?: { status: number; message: string }): Answer {
  const headers: IncomingHttpHeaders = { ':status': '200', 'content-type': 'application/grpc' };
  if (!error) return { headers, message: emptyMessage, trailers: { 'grpc-status': '0' } };
  const told = { 'grpc-status': String(error.status), 'grpc-message': encodeURIComponent(error.message) };
  return { headers: { ...headers, ...told }, message: Buffer.alloc(0), trailers: {} };
}

function statusOf(headers: IncomingHttpHeaders, trailers: IncomingHttpHeaders): unknown {
  return trailers['grpc-status'] ?? headers['grpc-status'];
}
