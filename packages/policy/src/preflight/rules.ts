import type { PolicyMode, PolicySeverity } from '@deployment-engine/contracts';

type PreflightRule = {
  severity: PolicySeverity;
  mode: PolicyMode;
  /** False if it cannot be exempted, because the engine could no longer tell what the code does. */
  allowable: boolean;
  remediation: string;
  /** What the code needs in addition to an exemption. */
  alsoNeeded?: string;
};

const never = (remediation: string): PreflightRule => ({
  severity: 'critical',
  mode: 'block',
  allowable: false,
  remediation,
});
const deny = (severity: PolicySeverity, remediation: string, alsoNeeded?: string): PreflightRule => ({
  severity,
  mode: 'block',
  allowable: true,
  remediation,
  ...(alsoNeeded ? { alsoNeeded } : {}),
});
const approve = (remediation: string, alsoNeeded?: string): PreflightRule => ({
  severity: 'medium',
  mode: 'approve',
  allowable: true,
  remediation,
  ...(alsoNeeded ? { alsoNeeded } : {}),
});

/** A warning: the plan shows the effect and is checked itself. */
const note = (remediation: string): PreflightRule => ({
  severity: 'low',
  mode: 'warn',
  allowable: true,
  remediation,
});

/** Every rule on code. The ids are part of the API. */
export const preflightRules = {
  'PRE-SYNTAX': never('Correct the code; what does not parse is not run.'),
  'PRE-PATH': never('Rename the file.'),
  'PRE-OVERRIDE': never('Put the change into the file that is overridden.'),
  'PRE-DUPLICATE-KEY': never('Keep one of the properties.'),
  'PRE-BLOCK': never("Use the blocks and arguments of Terraform's configuration language."),
  'PRE-BACKEND': never('Remove the block; the engine keeps the state.'),
  'PRE-FILE-TYPE': deny('medium', 'Remove the file, or give it the extension of its content.'),
  'PRE-PROVIDER': deny(
    'critical',
    'Use a provider of the allow-list.',
    "the provider in the runner's mirror (TERRAFORM_PROVIDER_MIRROR) or a way to its registry, and its API's hosts in EGRESS_ALLOW",
  ),
  'PRE-PROVIDER-ARGUMENT': deny(
    'critical',
    "Remove the argument; the engine supplies credentials, and the provider's defaults name the endpoints.",
    'the address in EGRESS_ALLOW where the argument is one, or the file in SANDBOX_READ_ONLY_PATHS',
  ),
  'PRE-PROVISIONER': deny(
    'critical',
    'Use user data, a container image or a pipeline step instead.',
    'a shell in the sandbox for local-exec (SANDBOX_READ_ONLY_PATHS=/bin,/usr,/lib,/lib64 on the runner), and the host in EGRESS_ALLOW for a connection',
  ),
  'PRE-REGION': never(
    'Name a region that the cloud account may use, as text or as an input variable of the root.',
  ),
  'PRE-DATA-SOURCE': deny(
    'critical',
    'Pass the value as a variable.',
    'the program in SANDBOX_READ_ONLY_PATHS or the address in EGRESS_ALLOW where it uses one',
  ),
  'PRE-RESOURCE-TYPE': deny(
    'critical',
    'Use a resource of a cloud provider.',
    'what it works on: a path in SANDBOX_READ_ONLY_PATHS or an address in EGRESS_ALLOW',
  ),
  'PRE-FILE-FUNCTION': deny(
    'high',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is Terraform code
    'Name a file of the project literally: "${path.module}/file", without "..".',
    "the file in SANDBOX_READ_ONLY_PATHS where it is not the project's",
  ),
  'PRE-TEMPLATE': deny('high', 'Name a template of the project literally, and correct it until it parses.'),
  'PRE-FUNCTION': deny('high', 'Use the functions of the Terraform language that only compute.'),
  'PRE-PATH-ARGUMENT': deny(
    'high',
    'Name a file of the project literally, relative to it, without "..".',
    "the file in SANDBOX_READ_ONLY_PATHS where it is not the project's",
  ),
  'PRE-MODULE-SOURCE': deny(
    'critical',
    'Upload the module with the project and name it as "./folder".',
    'a way for init to the source, in EGRESS_ALLOW, and the program that fetches it in SANDBOX_READ_ONLY_PATHS',
  ),
  'PRE-EPHEMERAL': deny('high', 'Use a write-only variable of the project.'),
  'PRE-COST': deny('high', 'Make the value smaller.'),
  'PRE-NETWORK-READ': approve(
    'Pass the value as a variable, or have the address approved.',
    'the address in EGRESS_ALLOW',
  ),
  'PRE-IMPORT': approve('Import objects of this project only.'),
  'PRE-REMOVED': approve('Check that forgetting or destroying the object is meant.'),
  'PRE-MOVED': note('Check that the object keeps its place.'),
} satisfies Record<string, PreflightRule>;

export type PreflightRuleId = keyof typeof preflightRules;
