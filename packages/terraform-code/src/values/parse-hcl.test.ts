import { parseHcl } from '../hcl/body.ts';
import { parseHclValues } from './parse-hcl.ts';

const bucket = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n';

test('values of code that the own reader accepts are read', async () => {
  const [values] = await parseHclValues([bucket]);
  expect(values).toStrictEqual({ resource: { aws_s3_bucket: { b: [{ bucket: 'x' }] } } });
});

test('a byte order mark and Windows line ends do not hide the code', async () => {
  const [windows] = await parseHclValues([`\uFEFF${bucket}`.replaceAll('\n', '\r\n')]);
  expect(windows).toStrictEqual({ resource: { aws_s3_bucket: { b: [{ bucket: 'x' }] } } });
});

test('code that the own reader refuses does not reach the other parser', async () => {
  const deep = `a = ${'['.repeat(5000)}${']'.repeat(5000)}\n`;
  for (const code of ['resource "a" {', deep, 'a = ${b}']) {
    expect(() => parseHcl(code)).toThrow();
    expect(await parseHclValues([code, bucket])).toStrictEqual([null, expect.anything()]);
  }
});
