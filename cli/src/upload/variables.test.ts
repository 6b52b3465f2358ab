import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectVariables, stackVariables } from './variables.ts';

let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vars-'));
  process.env.TF_VAR_size = 'small';
  process.env.TF_VAR_zone = 'a';
});
afterAll(async () => {
  delete process.env.TF_VAR_size;
  delete process.env.TF_VAR_zone;
  await rm(folder, { recursive: true, force: true });
});

test('the environment counts least, then files in order, then options; := is JSON', async () => {
  await writeFile(at('a.tfvars'), 'size = 3\nzones = ["a", "b"]\ntags = { team = "x" }\n');
  await writeFile(at('b.yaml'), 'size: 4\nnote: null\n');
  const { variables, fromEnvironment } = await projectVariables({
    varFile: [at('a.tfvars'), at('b.yaml')],
    var: ['name=a=b', 'list:=[1]', 'name=last'],
  });
  expect(variables).toStrictEqual({
    zone: 'a',
    size: 4,
    zones: ['a', 'b'],
    tags: { team: 'x' },
    note: null,
    name: 'last',
    list: [1],
  });
  expect(fromEnvironment).toStrictEqual(['size', 'zone']);
});

test.each<[name: string, text: string, says: RegExp]>([
  ['broken.tfvars', 'a = ', /it is not valid HCL; write NAME = value/],
  ['computed.tfvars', 'a = "${b}"', /it has an expression/],
  ['broken.yaml', 'a: [', /reading .*broken\.yaml/],
  ['list.json', '[1]', /it is not a map of variables/],
])('%s is refused', async (name, text, says) => {
  await writeFile(at(name), text);
  await expect(projectVariables({ varFile: [at(name)] })).rejects.toThrow(says);
});

test('wrong names and texts are refused', async () => {
  await expect(projectVariables({ var: ['1a=x'] })).rejects.toThrow(/1a is no variable name/);
  await expect(projectVariables({ var: ['=x'] })).rejects.toThrow(/write it as NAME=value/);
  await expect(projectVariables({ varFile: [at('missing')] })).rejects.toThrow(/there is no such file/);
});

test('variables of a stack are texts, without those of the environment', async () => {
  await writeFile(at('s.yaml'), 'VERSION: 1.5\nON: true\n');
  expect(await stackVariables({ varFile: [at('s.yaml')], var: ['VERSION=2', 'x:=1'] })).toStrictEqual({
    VERSION: '2',
    ON: 'true',
    'x:': '1',
  });
  await writeFile(at('t.yaml'), 'a: [1]\n');
  await expect(stackVariables({ varFile: [at('t.yaml')] })).rejects.toThrow(
    /a is not a text, number or boolean/,
  );
});
