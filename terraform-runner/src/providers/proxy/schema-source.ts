import type { ClientHttp2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { readRegular } from '../../files/regular-file.ts';
import { readCode } from '../code-texts.ts';
import { trimSchemas } from './trim-schemas.ts';

/** Calls that answer with one entry per resource type, and always the same: they are asked once. */
const schemaCall = /^\/tfplugin[56]\.Provider\/(GetSchema|GetProviderSchema|GetResourceIdentitySchemas)$/;

/** Paths of what names resource types. */
export type UsedBy = { code: string; rootModule: string; state: string };

type Answer = { headers: IncomingHttpHeaders; message: Buffer; trailers: IncomingHttpHeaders };

/** Answers Terraform's questions for schemas with those that the job's code and state name. */
export function createSchemaSource(session: ClientHttp2Session, folders: UsedBy) {
  const answers = new Map<string, Promise<Answer>>();

  function ask(path: string): Promise<Answer> {
    const known = answers.get(path);
    if (known) return known;
    const asked = call(session, path);
    answers.set(path, asked);
    asked.catch(() => answers.delete(path));
    return asked;
  }

  return {
    prefetch: (path: string): void => void ask(path).catch(() => {}),

    /** False for calls that have to be passed on. */
    answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
      const path = headers[':path'] ?? '';
      const match = schemaCall.exec(path);
      if (!match) return false;
      stream.resume(); // the request has no content
      stream.on('error', () => {});
      const isIdentity = match[1] === 'GetResourceIdentitySchemas';
      Promise.all([ask(path), readUsedText(folders)])
        .then(([answer, text]) => reply(stream, answer, trimSchemas(answer.message, text, isIdentity)))
        .catch(() => stream.destroyed || stream.close());
      return true;
    },
  };
}

function reply(stream: ServerHttp2Stream, answer: Answer, message: Buffer): void {
  if (stream.destroyed) return;
  stream.respond(answer.headers, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(answer.trailers));
  stream.end(message);
}

function call(session: ClientHttp2Session, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    request.on('response', (received) => {
      headers = received;
    });
    request.on('trailers', (received) => {
      trailers = received;
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve({ headers, message: Buffer.concat(chunks), trailers }));
    request.on('error', reject);
    request.end(Buffer.alloc(5)); // an empty message: no compression, length 0
  });
}

/** All text in which a resource type that Terraform may ask for can stand. */
async function readUsedText({ code, rootModule, state }: UsedBy): Promise<string> {
  const folders = await readCode([code, join(rootModule, '.terraform', 'modules')]);
  const stateText = (await readRegular(state))?.toString('utf8') ?? '';
  return [...[...folders.values()].flat(), stateText].join('\n');
}
