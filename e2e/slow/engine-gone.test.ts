import { join } from 'node:path';
import { startDeployer, writeFiles } from '../../cli/test/support.ts';
import { allowsProvisioners } from '../../testing/policy-file.ts';
import { sharedEngine } from '../../testing/shared-engine.ts';
import { shellEnv, slowCode } from '../../testing/slow-code.ts';

const { engine, client } = sharedEngine({ runnerEnv: shellEnv, policy: allowsProvisioners });
/** The command waits five minutes for an engine that it had reached. */
const limitMs = 600_000;

test(
  'a gateway that is killed and stays away ends a deploy that watches with code 4; the apply is done all the same',
  async () => {
    const folder = join(engine().directory, 'code');
    await writeFiles(folder, { 'main.tf': slowCode });
    const words = ['deploy', '--project', 'gone', '--auto-approve'];
    const watching = startDeployer(engine().url, words, { cwd: folder });
    const isApplying = Promise.withResolvers<void>();
    watching.after(/terraform_data\.r0: created/, isApplying.resolve);
    await isApplying.promise;
    const { body } = await client.get('/api/deploy/jobs?projectId=gone');
    const [{ jobId }] = body.jobs;
    await engine().gateway?.stop('SIGKILL');
    expect(await watching.ended).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/^deployer: no engine answers at /m),
    });
    await engine().startGateway();
    expect((await client.endOf(jobId)).status).toBe('completed');
  },
  limitMs,
);
