import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

type Value = Record<string, unknown>;
type Refusal = { error: { code: string; message: string; details?: object[] } };

/** What the stand-in providers keep their objects in. */
export type StandinCloud = {
  url: string;
  /** Objects by id, to look at and to change behind Terraform's back. */
  objects: Map<string, Value>;
  /** Makes the next deployment of a template fail like this; `undefined` ends that. */
  refuse(refusal: Refusal | undefined): void;
  stop(): Promise<void>;
};

export async function startStandinCloud(): Promise<StandinCloud> {
  const objects = new Map<string, Value>();
  let refusal: Refusal | undefined;
  const answers: Record<string, (type: string, body: Value) => [status: number, body: unknown]> = {
    POST: (_type, { id }) => [200, objects.get(String(id)) ?? null],
    DELETE: (_type, { id }) => [200, objects.delete(String(id)) ? null : null],
    PUT: (type, { prior, next }) => {
      if (refusal && type.endsWith('_template_deployment')) return [409, refusal];
      const made = completed(type, next as Value, prior as Value | null);
      objects.set(String(made.id), made);
      return [200, made];
    },
  };
  const server = createServer(async (request, response) => {
    const answer = answers[request.method ?? ''];
    const [status, body] = answer?.(String(request.url).slice(1), (await json(request)) as Value) ?? [
      405,
      {},
    ];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    refuse(next) {
      refusal = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function completed(type: string, next: Value, prior: Value | null): Value {
  const id = prior?.id ?? `/standin/${type}/${next.name}`;
  if (type === 'azurerm_resource_group_template_deployment')
    return { parameters_content: '{}', ...next, id, output_content: outputsOf(next) };
  if (type === 'google_storage_bucket')
    return {
      project: 'shop',
      uniform_bucket_level_access: true,
      public_access_prevention: 'enforced',
      ...next,
      ...{ id: next.name, self_link: `https://www.googleapis.com/storage/v1/b/${next.name}` },
      url: `gs://${next.name}`,
    };
  return { ...next, id };
}

/** Evaluates outputs that are a parameter or a plain text. */
function outputsOf({ template_content, parameters_content }: Value): string {
  const { outputs = {}, parameters = {} } = JSON.parse(String(template_content));
  const given = JSON.parse(String(parameters_content ?? '{}'));
  const evaluated = (value: unknown) => {
    const [, name] = /^\[parameters\('(\w+)'\)\]$/.exec(String(value)) ?? [];
    return name === undefined ? value : (given[name]?.value ?? parameters[name]?.defaultValue);
  };
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(outputs as Record<string, { type: string; value: unknown }>).map(([name, output]) => [
        name,
        { type: output.type, value: evaluated(output.value) },
      ]),
    ),
  );
}
