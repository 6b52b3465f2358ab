import { inApiLanguage } from './api-language.ts';

/** What Terraform 1.11 says, and what has to be in the engine's words. */
const details: [terraform: string, expected: RegExp][] = [
  [
    'The root module input variable "name" is not set, and has no default value. Use a -var or -var-file command line argument to provide a value for this variable.',
    /is not set, and has no default value\. Give its value in `variables` of the request\.$/,
  ],
  [
    'The root module does not declare a variable named "x" but a value was found in file "~engine.auto.tfvars.json". If you meant to use this value, add a "variable" block to the configuration.\n\nTo silence these warnings, use TF_VAR_... environment variables to provide certain "global" settings to all configurations in your organization. To reduce the verbosity of these warnings, use the -compact-warnings option.',
    /^The root module does not declare a variable named "x", but `variables` of the request gives it a value\. If you meant to use this value, add a "variable" block to the configuration\. Remove the name from `variables` to silence this warning\.$/,
  ],
  [
    'The "for_each" map includes keys derived from resource attributes that cannot be determined until apply, and so Terraform cannot determine the full set of keys that will identify the instances of this resource.\n\nWhen working with unknown values in for_each, it\'s better to define the map keys statically in your configuration and place apply-time results only in the map values.\n\nAlternatively, you could use the -target planning option to first apply only the resources that the for_each value depends on, and then apply a second time to fully converge.',
    /Alternatively deploy first without this block, then with it: what the for_each depends on is known then\.$/,
  ],
  [
    'The "count" value depends on resource attributes that cannot be determined until apply, so Terraform cannot predict how many instances will be created. To work around this, use the -target argument to first apply only the resources that the count depends on.',
    /Deploy first without this block, then with it: what the count depends on is known then\.$/,
  ],
  [
    'Resource aws_s3_bucket.b has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed. To avoid this error and continue with the plan, either disable lifecycle.prevent_destroy or reduce the scope of the plan using the -target option.',
    /remove lifecycle\.prevent_destroy from the code and deploy that first\.$/,
  ],
  [
    'This module is not yet installed. Run "terraform init" to install all modules required by this configuration.',
    /^This module is not yet installed\. The engine installs it/,
  ],
  [
    "This configuration requires provider registry.terraform.io/x/y, but that provider isn't available. You may be able to install it automatically by running:\n  terraform init",
    /isn't available\. The engine installs it: check its name, source and version\.$/,
  ],
];

for (const [said, expected] of details)
  test(`a detail names the request, not the command line: ${said.slice(0, 60)}…`, () => {
    const { detail } = inApiLanguage('S', said);
    expect(detail).toMatch(expected);
    expect(detail).not.toMatch(/(^|\s)-(var|target|exclude|compact)|terraform (init|get)|TF_VAR/);
  });

test('other details stay as they are', () => {
  const detail = 'An argument named "inptu" is not expected here. Did you mean "input"?';
  expect(inApiLanguage('Unsupported argument', detail)).toStrictEqual({
    summary: 'Unsupported argument',
    detail,
  });
});
