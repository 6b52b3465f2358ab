import { type Client, clientOf, send } from './client.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { type LocalAws, launchLocalAws } from './local-aws.ts';

/** The client calls the engine, which runs from before the first test until after the last one. */
export type SharedEngine = { engine(): Engine; client: Client };
export type SharedAwsEngine = SharedEngine & { aws(): LocalAws };

/** Gives the tests of the current file or block one engine. */
export function sharedEngine(options: EngineOptions = {}): SharedEngine {
  let engine: Engine | undefined;
  beforeAll(async () => {
    engine = await Engine.start(options);
  });
  afterAll(() => engine?.[Symbol.asyncDispose]());
  return withClient(() => started(engine));
}

/** Gives them one engine whose runs use one local AWS. Starts neither if `skip` has a reason. */
export function sharedAwsEngine(skip: string | false, options: EngineOptions = {}): SharedAwsEngine {
  let aws: LocalAws | undefined;
  let engine: Engine | undefined;
  beforeAll(async () => {
    if (skip) return;
    const launched = await launchLocalAws();
    aws = launched.aws;
    const starting = Engine.start({ ...options, gatewayEnv: { ...aws.env, ...options.gatewayEnv } });
    const [result] = await Promise.allSettled([starting, launched.ready]);
    if (result.status === 'fulfilled') engine = result.value; // even if the other failed: `afterAll` ends it
    await Promise.all([starting, launched.ready]);
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await aws?.stop();
  });
  return { ...withClient(() => started(engine)), aws: () => started(aws) };
}

function withClient(engine: () => Engine): SharedEngine {
  const client = clientOf((method, path, body, headers = {}) =>
    send(method, `${engine().url}${path}`, body, headers),
  );
  return { engine, client };
}

function started<T>(value: T | undefined): T {
  if (!value) throw new Error('it is started before the first test, and not for tests that are skipped');
  return value;
}
