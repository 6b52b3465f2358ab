import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readProjectFolder } from './project-folder.ts';

let folder = '';

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'upload-')), 'project');
  await mkdir(folder);
});
afterEach(() => rm(dirname(folder), { recursive: true, force: true }));

async function write(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), path);
  }
}
const rules = (path: string, ...lines: string[]) => writeFile(join(folder, path), lines.join('\n'));
const read = async () => {
  const { files, ...rest } = await readProjectFolder(folder);
  return { paths: Object.keys(files), ...rest };
};

test('everything is sent but what the engine keeps itself or does not accept, which is named', async () => {
  await write('main.tf', 'mödül e/a b.tf', 'data.bin', '.terraform.lock.hcl', 'deployer.yaml', '.gitignore');
  await write(
    '.terraform/x',
    'terraform.tfstate',
    'terraform.tfstate.backup',
    '.env',
    'sub/.hidden/a',
    '.git/HEAD',
    '~x',
  );
  await writeFile(join(folder, 'data.bin'), Buffer.from([0xff, 0xfe]));
  await writeFile(join(folder, 'windows.tf'), 'a\r\nb\r\n');
  const { files, bytes, leftOut, ignored } = await readProjectFolder(folder);
  expect(files).toStrictEqual({
    '.terraform.lock.hcl': '.terraform.lock.hcl',
    'data.bin': { base64: '//4=' },
    'main.tf': 'main.tf',
    'mödül e/a b.tf': 'mödül e/a b.tf',
    'windows.tf': 'a\r\nb\r\n',
  });
  expect(bytes).toBe(19 + 2 + 7 + 16 + 6);
  expect(leftOut).toStrictEqual(
    ['.env', '.terraform/', 'sub/.hidden/', 'terraform.tfstate', 'terraform.tfstate.backup', '~x'].sort(),
  );
  expect(ignored).toBe(0);
});

test('.gitignore counts in its folder, the innermost first; .terraformignore counts at the root', async () => {
  await write(
    'main.tf',
    'a.txt',
    'b.txt',
    'modules/a.txt',
    'modules/keep.txt',
    'modules/m.tf',
    'build/x.tf',
    'docs/x.md',
  );
  await rules('.gitignore', '*.txt', '!b.txt', 'build/');
  await rules('modules/.gitignore', '!keep.txt');
  await rules('.terraformignore', 'docs', '/modules/m.tf');
  expect(await read()).toMatchObject({
    paths: ['b.txt', 'main.tf', 'modules/keep.txt'],
    ignored: 5,
    leftOut: [],
  });
});

test('the lock file is sent even if it is ignored', async () => {
  await write('main.tf', '.terraform.lock.hcl');
  await rules('.gitignore', '.terraform*', '*.hcl');
  expect((await read()).paths).toStrictEqual(['.terraform.lock.hcl', 'main.tf']);
});

test('links within the folder are followed; others are refused, before anything is read through them', async () => {
  await write('main.tf', 'shared/m.tf');
  await symlink('shared', join(folder, 'linked'));
  await symlink('main.tf', join(folder, 'other.tf'));
  expect((await read()).paths).toStrictEqual(['linked/m.tf', 'main.tf', 'other.tf', 'shared/m.tf']);

  const refused: [name: string, target: string, says: RegExp][] = [
    ['passwd', '/etc/passwd', /the link passwd leads out of the folder, to \/etc\/passwd/],
    ['up', '..', /the link up leads out of the folder/],
    ['beside', `${folder}-other`, /the link beside leads out of the folder/],
    ['loop', '.', /the link loop leads to a folder above it/],
    ['nowhere', 'missing', /the link nowhere leads nowhere/],
  ];
  await mkdir(`${folder}-other`);
  for (const [name, target, says] of refused) {
    await symlink(target, join(folder, name));
    await expect(readProjectFolder(folder)).rejects.toThrow(says);
    await rm(join(folder, name));
  }
});

test('an ignored link is not followed', async () => {
  await write('main.tf');
  await rules('.gitignore', 'result');
  await symlink('/etc', join(folder, 'result'));
  expect(await read()).toMatchObject({ paths: ['main.tf'], ignored: 1 });
});

test('a folder that is missing, empty, without code or too large is refused with what to do', async () => {
  await expect(readProjectFolder(join(folder, 'missing'))).rejects.toThrow(/there is no such folder/);
  await expect(readProjectFolder(folder)).rejects.toThrow(/the folder is empty; write main\.tf, or name/);
  await write('readme.md');
  await expect(readProjectFolder(folder)).rejects.toThrow(
    /it has no \.tf or \.tf\.json file; name the folder/,
  );
  await write('sub/main.tf');
  await expect(readProjectFolder(folder)).rejects.toThrow(
    /its code is in subfolders; name one of them, for example \S+project\/sub$/,
  );
  await rules('.gitignore', 'sub');
  await expect(readProjectFolder(folder)).rejects.toThrow(
    /that \.gitignore and \.terraformignore do not name/,
  );
  await rm(join(folder, '.gitignore'));
  await expect(readProjectFolder(join(folder, 'readme.md'))).rejects.toThrow(/it is not a folder/);
  await mkdir(join(folder, 'stacks/x'), { recursive: true });
  await rm(join(folder, 'sub'), { recursive: true });
  await expect(readProjectFolder(folder)).rejects.toThrow(
    /it is a deployment repository; name the environment/,
  );
  await writeFile(join(folder, 'large.tf'), Buffer.alloc(5 * 1024 * 1024 + 1, 'a'));
  await expect(readProjectFolder(folder)).rejects.toThrow(
    /more than 5\.0 MB, with large\.tf of 5\.0 MB; name the folder .*\.terraformignore/,
  );
  await rm(join(folder, 'large.tf'));
  await rm(join(folder, 'stacks'), { recursive: true });
  await write(...Array.from({ length: 501 }, (_, index) => `files/${index}.tf`));
  await expect(readProjectFolder(folder)).rejects.toThrow(/more than 500 files/);
});

test('500 files are sent; 20 MB in them are refused, and the file that is too much is named', async () => {
  await write(...Array.from({ length: 500 }, (_, index) => `${index}.tf`));
  expect((await read()).paths).toHaveLength(500);
  for (let index = 0; index < 500; index += 1)
    await writeFile(join(folder, `${index}.tf`), Buffer.alloc(40_000));
  await expect(readProjectFolder(folder)).rejects.toThrow(
    /more than 5\.0 MB, with \S+\.tf of 0\.0 MB; name the folder .*list what it does not need in \.terraformignore/,
  );
});

test('a file of several gigabytes is refused before it is read', async () => {
  await write('main.tf', 'image.iso');
  await truncate(join(folder, 'image.iso'), 8 * 1024 ** 3);
  await expect(readProjectFolder(folder)).rejects.toThrow(/with image\.iso of 8192\.0 MB/);
});

test('rules with Windows line ends count, and names may have spaces and any letters', async () => {
  await write('main.tf', 'täglich/日本 語.tf', 'täglich/log 1.txt', 'a.log', 'emoji 🚀.tf');
  await rules('.gitignore', '*.log\r', 'täglich/*.txt\r', '');
  expect(await read()).toMatchObject({ paths: ['emoji 🚀.tf', 'main.tf', 'täglich/日本 語.tf'], ignored: 2 });
});
