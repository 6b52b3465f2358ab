import { connect, createServer, type Socket } from 'node:net';
import { waitFor } from '../../testing/wait.ts';
import { jobId } from './fake-engine.ts';
import { startDeployer } from './support.ts';
import { withFakeEngine } from './with-fake-engine.ts';

const { folder, engine } = withFakeEngine();

const deploy = (url = engine().url) =>
  startDeployer(url, ['deploy', '--project', 'shop', '--auto-approve'], { cwd: folder() });
const waits = (reason: string) => engine().emit({ type: 'waiting', reason });
const completes = () => engine().emit({ type: 'job_status', status: 'completed', message: 'done' });
const fails = () => engine().emit({ type: 'job_status', status: 'failed', message: 'failed' });
const said = (stderr: string) => [...stderr.matchAll(/waits: (\S+)/g)].map((match) => match[1]);

test('a stream that is cut in the middle of events goes on without a gap and without a repetition', async () => {
  const running = deploy();
  const expected: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    await waitFor('the command to watch', () => engine().isWatched);
    const name = `event-${index}`;
    expected.push(name, `${name}-more`);
    waits(name);
    waits(`${name}-more`);
    engine().cutStreams();
    await waitFor('the stream to end', () => !engine().isWatched || engine().requests.length > index + 2);
  }
  await waitFor('the command to watch', () => engine().isWatched);
  completes();
  const { code, stdout, stderr } = await running.ended;
  expect([code, said(stderr)]).toStrictEqual([0, expected]);
  expect(stdout).toContain('shop: 1 created, 1 changed');
});

test.each<[name: string, end: () => void, code: number]>([
  ['completed', completes, 0],
  ['failed', fails, 1],
])('a gateway that is gone while the job has %s: the command ends with that', async (_name, end, code) => {
  const running = deploy();
  await waitFor('the command to watch', () => engine().isWatched);
  await engine().stop();
  waits('meanwhile');
  end();
  await engine().listen();
  const ran = await running.ended;
  expect([ran.code, said(ran.stderr)]).toStrictEqual([code, ['meanwhile']]);
});

test('a request whose answer is lost is sent again under its key; one job is watched', async () => {
  const keys: unknown[] = [];
  engine().before = (request, response) => {
    if (request !== 'POST /api/deploy') return;
    keys.push(response.req.headers['idempotency-key']);
    if (keys.length === 1) response.socket?.destroy();
  };
  completes();
  const { code, stderr } = await deploy().ended;
  expect([code, keys.length, new Set(keys).size]).toStrictEqual([0, 2, 1]);
  expect(stderr.match(/Z job deploy-/g)).toHaveLength(1);
});

test('answers that are never given end after three attempts, with code 4', async () => {
  engine().before = (_request, response) => response.socket?.destroy();
  expect((await deploy().ended).code).toBe(4);
  expect(engine().requests).toStrictEqual(Array(3).fill('POST /api/deploy'));
});

/** Forwards to the engine in pieces of a few bytes, and cuts each connection after more bytes than the one before. */
async function startBadNetwork(port: number): Promise<AsyncDisposable & { url: string; cuts(): number }> {
  let [allowed, cuts] = [400, 0];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let left = allowed;
    allowed += 150;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    near.pipe(far);
    far.on('end', () => near.end());
    far.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length && left > 0; at += 7) {
        near.write(chunk.subarray(at, Math.min(at + 7, at + left)));
        left -= 7;
      }
      if (left > 0) return;
      cuts += 1;
      near.destroy();
      far.destroy();
    });
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  const own = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${own}`,
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((end) => server.close(end));
    },
  };
}

test('over a network that drips and cuts every connection, the outcome is the true one', async () => {
  await using network = await startBadNetwork(Number(new URL(engine().url).port));
  const names = Array.from({ length: 20 }, (_, index) => `event-${index}`);
  for (const name of names) waits(name);
  const running = deploy(network.url);
  await waitFor('several cuts', () => network.cuts() > 3);
  completes();
  const { code, stdout, stderr } = await running.ended;
  expect([code, said(stderr)]).toStrictEqual([0, names]);
  expect(stdout).toContain('url = "https://shop.example.org"');
  expect(engine().job.jobId).toBe(jobId);
});
