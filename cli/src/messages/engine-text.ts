import { printable } from '../text/printable.ts';
import { ownCommand } from './own-command.ts';

type Rewording = [of: RegExp, to: (...groups: string[]) => string];

/** What the engine's texts say about its API → what the command line has for it. */
const rewordings: Rewording[] = [
  [/POST \/api\/deploy\/jobs\/([\w-]+)\/approve/g, (id) => ownCommand(`approve ${id}`)],
  [/POST \/api\/stacks\/pipelines\/([\w-]+)\/approve/g, (id) => ownCommand(`approve ${id}`)],
  [/POST \/api\/deploy\/jobs\/\{jobId\}\/approve/g, () => ownCommand('approve')],
  [/GET \/api\/deploy\/jobs\/[\w-]+\/policy/g, () => ownCommand('policy show')],
  [/GET \/api\/deploy\/orphans\/([\w.-]*\w)/g, (id) => ownCommand(`orphans list ${id}`)],
  [/GET \/api\/stacks\/kinds/g, () => ownCommand('kinds list')],
  [/POST \/api\/deploy\/validate/g, () => ownCommand('validate')],
  [/POST \/api\/stacks\/([\w-]+)\/validate/g, (stack) => ownCommand(`validate --stack ${stack}`)],
  [
    /POST \/api\/stacks\/\{stack\}\/apply, destroy or rollback/g,
    () => `${ownCommand('deploy')}, destroy or rollback with --stack and --environment`,
  ],
  [
    /An admin sends POST \/api\/deploy\/policy\/\{projectId\}\/exemptions with (\{.*?\}); deployer policy allow does the same\./g,
    (exemption) => `An admin runs ${allowCommand(exemption)}`,
  ],
  [/Give its value in `variables` of the request\./g, () => 'Give its value with --var or --var-file.'],
  [
    /`variables` of the request, or a secret variable of the project, names/g,
    () => '--var, --var-file, TF_VAR_* or a secret variable of the project names',
  ],
  [/`variables` of the request gives it a value/g, () => '--var, --var-file or TF_VAR_* gives it a value'],
  [/Remove the name from `variables`/g, () => 'Remove it there'],
  [/The value given in `variables`/g, () => 'The value given with --var, --var-file or TF_VAR_*'],
  [/^\w+ needs the role/g, () => 'this needs the role'],
  [/sensitive=true needs/g, () => '--sensitive needs'],
  [/requested with autoApprove false/g, () => 'requested without --auto-approve'],
  [/send "wait": true/g, () => 'leave out --no-wait'],
  [/send "(with[A-Z]\w+|override)": true/g, (name) => `add --${kebab(name)}`],
  [/with "(withDependents)": true/g, (name) => `by --${kebab(name)}`],
  [/; set toRevision/g, () => '; name one with --to-revision'],
  [/; send Authorization: Bearer <API key or token>/g, () => ''],
];

/** Returns a text of the engine as the command line says it, without control characters. */
export function engineText(text: string): string {
  return printable(
    rewordings.reduce(
      (said, [of, to]) => said.replace(of, (_all, ...groups) => to(...(groups as string[]))),
      text,
    ),
  );
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Returns the command that makes an exemption, which is given as JSON. */
function allowCommand(exemption: string): string {
  const [[, id] = [], ...values] = [...exemption.matchAll(/"(\w+)": "((?:[^"\\]|\\.)*)"/g)].map(
    ([, name = '', value = '']) => [name, value.replace(/\\(.)/g, '$1')] as const,
  );
  const options = values.map(([name, value]) => `--${kebab(name)} ${quoted(value)}`);
  return ownCommand(['policy allow PROJECT', id ?? 'RULE', ...options].join(' '));
}

/** Quotes a value for a shell, if it needs that. */
function quoted(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
