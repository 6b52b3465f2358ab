import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testUnless } from '../scripts/jest/unless.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { sharedAwsEngine } from '../testing/shared-engine.ts';
import { waitFor } from '../testing/wait.ts';

const skip = skipWithoutAws();
const { engine, aws, client } = sharedAwsEngine(skip, { runnerEnv: { WARM_PROVIDERS: '1' } });

type Warm = { wanted: number; ready: number; hits: number; misses: number; memoryBytes: number };

const warm = async (): Promise<Warm> =>
  (await client.get('/api/admin/protection')).body.runners[0].warmProviders;
const isReady = () => waitFor('a spare provider', async () => (await warm()).ready === 1, 120_000);
const runsDir = () => join(engine().directory, 'data', 'runs');
const spares = () => readdirSync(runsDir()).filter((name) => name.startsWith('.spare-'));

const bucket = (name: string, more = '') => `
provider "aws" {
  region            = "us-east-1"
  s3_use_path_style = true
  ${more}
}
resource "aws_s3_bucket" "a" {
  bucket = "${name}"
}
`;
const bucketNames = async () =>
  [...(await aws().call('s3', { path: '/', method: 'GET' })).matchAll(/<Name>([^<]+)/g)].map(
    ([, name]) => name,
  );

/** Returns the pids of processes whose command line names this text. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => textOf(`/proc/${name}/cmdline`).includes(text))
    .map(Number);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

beforeAll(async () => {
  if (skip) return;
  await client.complete('/api/deploy', { projectId: 'first', iacCode: bucket('first') });
  await isReady();
}, 240_000);

testUnless(skip)('a deploy takes over the spare, with its credentials, region and endpoint', async () => {
  const { hits } = await warm();
  await client.complete('/api/deploy', { projectId: 'second', iacCode: bucket('second') });
  expect((await warm()).hits).toBe(hits + 1);
  expect(await bucketNames()).toContain('second');
  await isReady();
  expect((await warm()).memoryBytes).toBeGreaterThan(0);
  await client.complete('/api/deploy/destroy', { projectId: 'second' });
  expect(await bucketNames()).not.toContain('second');
  await isReady();
});

testUnless(skip)('a validation takes the spare, and finds what is wrong with its help', async () => {
  const { hits } = await warm();
  const iacCode = bucket('checked').replace('bucket = "checked"', 'bucket = "checked"\n  colour = "red"');
  const { status, body } = await client.post('/api/deploy/validate', { iacCode });
  expect([status, body.valid]).toStrictEqual([200, false]);
  expect(JSON.stringify(body)).toContain('An argument named \\"colour\\" is not expected here');
  expect((await warm()).hits).toBe(hits + 1);
  await isReady();
});

testUnless(skip)('default tags and allowed accounts of the code reach a spare', async () => {
  const { hits } = await warm();
  const tags = 'allowed_account_ids = ["123456789012"]\n  default_tags {\n    tags = { team = "blue" }\n  }';
  await client.complete('/api/deploy', { projectId: 'tagged', iacCode: bucket('tagged', tags) });
  expect((await warm()).hits).toBe(hits + 1);
  expect(await aws().call('s3', { path: '/tagged?tagging', method: 'GET' })).toMatch(/team[\s\S]*blue/);
  await isReady();
});

testUnless(skip)(
  'two jobs at once: one takes the spare, the other starts its own, and both are right',
  async () => {
    const { hits, misses } = await warm();
    await Promise.all(
      ['left', 'right'].map((name) =>
        client.complete('/api/deploy', { projectId: name, iacCode: bucket(name) }),
      ),
    );
    const after = await warm();
    expect([after.hits, after.misses]).toStrictEqual([hits + 1, misses + 1]);
    expect(await bucketNames()).toEqual(expect.arrayContaining(['left', 'right']));
    await isReady();
  },
);

testUnless(skip)(
  'further configurations of a job get the same credentials in processes of their own',
  async () => {
    const { hits } = await warm();
    const aliases = ['eu-west-1', 'ap-south-1'].map(
      (region, index) => `
      provider "aws" {
        alias             = "a${index}"
        region            = "${region}"
        s3_use_path_style = true
      }
      resource "aws_s3_bucket" "a${index}" {
        provider = aws.a${index}
        bucket   = "alias-${index}"
      }`,
    );
    await client.complete('/api/deploy', {
      projectId: 'aliases',
      iacCode: bucket('alias') + aliases.join(''),
    });
    expect((await warm()).hits).toBe(hits + 1);
    expect(await bucketNames()).toEqual(expect.arrayContaining(['alias', 'alias-0', 'alias-1']));
    await isReady();
  },
);

testUnless(skip)('code that says where its credentials come from has a provider of its own', async () => {
  const { hits } = await warm();
  const own = 'access_key = "testing"\n  secret_key = "other"';
  const { jobId } = (await client.post('/api/deploy', { projectId: 'own', iacCode: bucket('own', own) }))
    .body;
  await client.endOf(jobId);
  expect((await warm()).hits).toBe(hits);
  await isReady();
});

testUnless(skip)('files that the provider can read hold no credentials', async () => {
  await isReady();
  const paths = ['/project/cloud/aws', '/proc/self/environ', '/project/take-over.json', '/etc/hosts'];
  const iacCode = `${bucket('leak')}
    resource "aws_s3_object" "a" {
      count  = ${paths.length}
      bucket = aws_s3_bucket.a.id
      key    = "seen-\${count.index}"
      source = ${JSON.stringify(paths)}[count.index]
    }`;
  // An admin lets the code name any path, which preflight refuses otherwise.
  const exemption = { id: 'PRE-PATH-ARGUMENT', subject: 'aws_s3_object.source', file: 'main.tf' };
  const allowed = await client.post('/api/deploy/policy/leak/exemptions', {
    ...{ ...exemption, address: 'aws_s3_object.a', who: 'admin', why: 'to see what is there' },
  });
  expect(allowed.status).toBeLessThan(300);
  const { jobId } = (await client.post('/api/deploy', { projectId: 'leak', iacCode })).body;
  await client.endOf(jobId);
  const read = (index: number) =>
    aws()
      .call('s3', { path: `/leak/seen-${index}`, method: 'GET' })
      .catch(() => '');
  const seen = await Promise.all(paths.map((_path, index) => read(index)));
  expect(seen[3]).toContain('localhost'); // what the sandbox shows can be stored
  expect(seen.join()).not.toContain('testing');
  await isReady();
});

testUnless(skip)('a spare whose provider has died is not used', async () => {
  await isReady();
  const [name = ''] = spares();
  const { misses } = await warm();
  for (const pid of processesWith(`${name}/`)) process.kill(pid, 'SIGKILL');
  await client.complete('/api/deploy', { projectId: 'after-death', iacCode: bucket('after-death') });
  expect((await warm()).misses).toBe(misses + 1);
  expect(existsSync(join(runsDir(), name))).toBe(false);
  await isReady();
});

testUnless(skip)('the spare of a runner that was killed is ended by the next one', async () => {
  await isReady();
  const [name = ''] = spares();
  await engine().runner?.stop('SIGKILL');
  expect(processesWith(`${name}/`)).not.toStrictEqual([]);
  await engine().startRunner();
  expect(spares()).not.toContain(name);
  await waitFor('its processes to end', () => processesWith(`${name}/`).length === 0);
});

testUnless(skip)('a runner that is killed during a deploy with a spare goes on with it', async () => {
  await client.complete('/api/deploy', { projectId: 'again', iacCode: bucket('again') });
  await isReady();
  const slow = `${bucket('killed')}
    resource "aws_instance" "a" {
      ami           = "ami-12c6146b"
      instance_type = "t3.micro"
      root_block_device {
        encrypted   = true
        volume_size = 8
      }
      metadata_options {
        http_tokens = "required"
      }
    }`;
  const { jobId } = (await client.post('/api/deploy', { projectId: 'killed', iacCode: slow })).body;
  await waitFor(
    'the apply',
    async () => {
      const { body } = await client.get(`/api/deploy/status/${jobId}`);
      return body.step === 'apply' && body.resources.finished > 0;
    },
    120_000,
  );
  await engine().runner?.stop('SIGKILL');
  await engine().startRunner();
  const job = await client.endOf(jobId);
  expect([job.status, job.error]).toStrictEqual(['completed', undefined]);
  expect(await bucketNames()).toContain('killed');
});

testUnless(skip)('a runner that stops leaves no spare behind', async () => {
  await client.complete('/api/deploy', { projectId: 'last', iacCode: bucket('last') });
  await isReady();
  const [name = ''] = spares();
  await engine().runner?.stop();
  expect(spares()).toStrictEqual([]);
  expect(processesWith(`${name}/`)).toStrictEqual([]);
  await engine().startRunner();
});
