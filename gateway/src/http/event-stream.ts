import type { Request, Response } from 'express';
import type { Access } from '../access/access.ts';
import type { Metrics } from '../server/metrics.ts';

const heartbeatMs = 15_000;
/** A slow listener is disconnected when this much is buffered for it; it resumes with Last-Event-ID. */
const maxBufferedBytes = 4 * 1024 * 1024;

/**
 * Begins a stream of server-sent events, with heartbeats until it ends. Returns false if there is nobody to send events
 * to.
 */
export function openEventStream(
  { access, metrics }: { access: Access; metrics: Metrics },
  request: Request,
  response: Response,
): boolean {
  if (response.destroyed) return false; // the client has left; its `close` event has already fired
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') {
    response.end();
    return false;
  }
  response.write('retry: 1000\n\n');
  metrics.sseListeners.inc();
  const heartbeat = setInterval(() => void beat(access, request, response), heartbeatMs);
  response.on('close', () => {
    clearInterval(heartbeat);
    metrics.sseListeners.dec();
  });
  return true;
}

/** Sends a heartbeat, or ends the stream if its caller's key was revoked or token has expired. */
async function beat(access: Access, request: Request, response: Response): Promise<void> {
  const admitted = await access.stillAdmits(request);
  if (response.writableEnded) return;
  if (admitted) response.write(': still here\n\n');
  else response.end();
}

/** Disconnects a listener that does not keep up. Returns whether it did. */
export function dropSlowListener(response: Response): boolean {
  if (response.writableLength <= maxBufferedBytes) return false;
  response.destroy();
  return true;
}
