import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { readRegular } from '../../files/regular-file.ts';
import { readCode } from '../code-texts.ts';
import { contentOf, grpcHeaderBytes, readFields } from './proto-fields.ts';
import { trimSchemas } from './trim-schemas.ts';
import { type Answer, call, reply } from './unary-call.ts';
import type { Upstream } from './upstream.ts';

/** Calls whose answer lists all resource types and never changes: called once, then cached. */
const schemaCall = /^\/tfplugin[56]\.Provider\/(GetSchema|GetProviderSchema|GetResourceIdentitySchemas)$/;

/** Paths of texts that name resource types. */
export type UsedBy = { code: string; rootModule: string; state: string };

/** Answers Terraform's schema calls with the types that the job's code and state name. */
export function createSchemaSource(provider: () => Upstream | undefined, version: number, folders: UsedBy) {
  const answers = new Map<string, Promise<Answer>>();
  const mainPath = `/tfplugin${version}.Provider/${version === 5 ? 'GetSchema' : 'GetProviderSchema'}`;
  let versions: Promise<Map<string, number>> | undefined;

  function ask(path: string): Promise<Answer> {
    const known = answers.get(path);
    if (known) return known;
    const upstream = provider();
    const asked = upstream
      ? call(upstream.session, path)
      : Promise.reject(new Error('asking for schemas: no provider runs'));
    answers.set(path, asked);
    asked.catch(() => answers.delete(path));
    return asked;
  }

  return {
    prefetch: (): void => void ask(mainPath).catch(() => {}),

    /** Returns the version of a type's schema, which the state records with each object; 0 if unknown. */
    async versionOf(type: string): Promise<number> {
      versions ??= ask(mainPath).then(readVersions);
      versions.catch(() => {
        versions = undefined;
      });
      return (await versions.catch(() => undefined))?.get(type) ?? 0;
    },

    /** Returns false for calls that must be forwarded. */
    answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
      const path = headers[':path'] ?? '';
      const match = schemaCall.exec(path);
      if (!match) return false;
      stream.resume(); // the request has no content
      stream.on('error', () => {});
      const isIdentity = match[1] === 'GetResourceIdentitySchemas';
      Promise.all([ask(path), readUsedText(folders)])
        .then(([answer, text]) =>
          reply(stream, { ...answer, message: trimSchemas(answer.message, text, isIdentity) }),
        )
        .catch(() => stream.destroyed || stream.close());
      return true;
    },
  };
}

/** Source: tfplugin5.proto, tfplugin6.proto: `resource_schemas = 2` of name (1) and schema (2), whose version is 1. */
function readVersions({ message }: Answer): Map<string, number> {
  const entries = readFields(message.subarray(grpcHeaderBytes)).filter(({ number }) => number === 2);
  return new Map(
    entries.map(({ content }) => {
      const fields = readFields(content);
      const schema = readFields(contentOf(fields, 2) ?? Buffer.alloc(0));
      const version = schema.find(({ number }) => number === 1)?.value ?? 0;
      return [contentOf(fields, 1)?.toString('utf8') ?? '', version];
    }),
  );
}

/** Reads all text that can name a resource type Terraform may ask for. */
async function readUsedText({ code, rootModule, state }: UsedBy): Promise<string> {
  const folders = await readCode([code, join(rootModule, '.terraform', 'modules')]);
  const stateText = (await readRegular(state))?.toString('utf8') ?? '';
  return [...[...folders.values()].flat(), stateText].join('\n');
}
