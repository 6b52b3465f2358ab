import assert from 'node:assert/strict';
import { isTestFile, maxPathLength, pathProblem } from './path-rule.ts';

const refused: [string, RegExp][] = [
  ['', /is empty/],
  [`${'a/'.repeat(maxPathLength / 2)}bb`, /longer than 255 characters/],
  ['a\\b.tf', /backslash or a control/],
  ['a\u0000.tf', /backslash or a control/],
  ['a\u001f.tf', /backslash or a control/],
  ['a\u007f.tf', /backslash or a control/],
  ['/etc/main.tf', /is absolute/],
  ['C:main.tf', /is absolute/],
  ['c:/main.tf', /is absolute/],
  ['\ud800.tf', /well-formed/],
  ['terraform.d/plugins/x.tf', /reserved for plug-ins/],
  ['terraform.d', /reserved for plug-ins/],
  ['../main.tf', /leaves the project/],
  ['a/../main.tf', /leaves the project/],
  ['a//main.tf', /empty or "\." segment/],
  ['a/', /empty or "\." segment/],
  ['./main.tf', /empty or "\." segment/],
  ['.terraform/modules.json', /hidden files/],
  ['a/.terraformrc', /hidden files/],
  ['a/.terraform.lock.hcl', /hidden files/],
  ['../.terraform.lock.hcl', /leaves the project/],
  ['~/main.tf', /begin with "~"/],
  ['a/~x.tf', /begin with "~"/],
  ['terraform.tfstate', /state files/],
  ['terraform.tfstate.backup', /state files/],
  ['a/x.tfstate.1700000000.backup', /state files/],
  [`${'ä'.repeat(128)}`, /longer than 255 bytes/],
];

for (const [path, expected] of refused)
  test(`the path ${JSON.stringify(path).slice(0, 40)} is refused with its reason`, () => {
    expect(pathProblem(path) ?? 'accepted').toMatch(expected);
  });

test('paths that only look like refused ones are accepted', () => {
  for (const path of [
    'main.tf',
    '.terraform.lock.hcl',
    'a/b/c.tf',
    'a/terraform.d/x.tf',
    'terraform.dx/x.tf',
    'x.tfstates',
    'tfstate.tf',
    'a~.tf',
    'a.b..tf',
    'ab:c.tf',
    'a'.repeat(maxPathLength),
    `${'ä'.repeat(127)}a`,
  ])
    assert.equal(pathProblem(path), undefined, path);
});

test.each([
  ['main.tftest.hcl', true],
  ['tests/main.tftest.json', true],
  ['main.tftest.hcl.tf', false],
  ['main.tf', false],
  ['tftest.hcl', false],
])('%s is a test file: %s', (path, isTest) => {
  expect(isTestFile(path)).toBe(isTest);
});
