type Rewording = [pattern: RegExp, replacement: string];

/** Replaces Terraform's advice about its command line by what a caller of the API does instead. */
const details: Rewording[] = [
  [
    /Use a -var or -var-file command line argument to provide a value for this variable\./g,
    'Give its value in `variables` of the request.',
  ],
  [
    /A variable named ("[^"]*") was assigned on the command line, but the root module does not declare a variable of that name\./g,
    '`variables` of the request, or a secret variable of the project, names $1, but the root module does not declare a variable of that name.',
  ],
  [
    /The root module does not declare a variable named ("[^"]*") but a value was found in file "~[^"]*"\./g,
    'The root module does not declare a variable named $1, but `variables` of the request gives it a value.',
  ],
  [
    /\s*To silence these warnings, use TF_VAR_\.\.\. environment variables[\s\S]*?(?:\n\n|$)/g,
    ' Remove the name from `variables` to silence this warning.',
  ],
  [/\s*To reduce the verbosity of these warnings, use the -compact-warnings option\./g, ''],
  [
    /\n*(?:Alternatively, you could|To work around this,) use the (?:planning option )?-exclude=?[^.]*\.?/g,
    '',
  ],
  [
    /To work around this, use the -target argument to first apply only the resources that the (count|for_each) depends on[^.]*\./g,
    'Deploy first without this block, then with it: what the $1 depends on is known then.',
  ],
  [
    /Alternatively, you could use the -target (?:planning )?(?:option|argument) to first apply only the resources that the (count|for_each) value depends on, and then apply a second time to fully converge\./g,
    'Alternatively deploy first without this block, then with it: what the $1 depends on is known then.',
  ],
  [
    /either disable lifecycle\.prevent_destroy or reduce the scope of the (?:plan|destroy) using the -target (?:flag|option)\./g,
    'remove lifecycle.prevent_destroy from the code and deploy that first.',
  ],
  [
    /(?:You can correct this by|To fix this|To install (?:all modules|them)[^.:]*|You may be able to install it automatically by)(?: by)? running:?\s+(?:terraform|tofu) (?:init|get)[^\n]*/g,
    'The engine installs it: check its name, source and version.',
  ],
  [
    /\s*Run "?(?:terraform|tofu) (?:init|get)[^."]*"?[^.]*\./g,
    ' The engine installs it: check its name, source and version.',
  ],
  [
    /To use and record these requirements, run "(?:terraform|tofu) init" without the "-lockfile=readonly" flag\./g,
    'The project has a .terraform.lock.hcl that does not list them: add them with `terraform providers lock`, or send the code without the file.',
  ],
  [
    /\s*To see which modules are currently depending on \S+ and what versions are specified, run the following command:\s+\w+ providers/g,
    '',
  ],
  [
    /The given value is not suitable for (\S+) declared at (\S+): /g,
    'The value given in `variables` does not suit $1 declared at $2: ',
  ],
];

/**
 * Rewrites a diagnostic for API callers: `variables` of the request instead of `-var`, no commands to run.
 */
export function inApiLanguage(summary: string, detail: string): { summary: string; detail: string } {
  return {
    summary,
    detail: details
      .reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), detail)
      .trim(),
  };
}
