import type { Command } from 'commander';

let running: Command | undefined;

/** Notes the command that errors are about; set once, before it begins. */
export function setRunningCommand(command: Command): void {
  running = command;
}

/** Returns for example `deployer state list`; `deployer` before a command begins. */
export function runningCommandName(): string {
  const names: string[] = [];
  for (let each: Command | null | undefined = running; each; each = each.parent) names.unshift(each.name());
  return names.join(' ') || 'deployer';
}

/** Returns the option of the running command with this attribute, for example `--ttl-seconds` for `ttlSeconds`. */
export function optionOf(attribute: string): string | undefined {
  return running?.options.find((option) => option.attributeName() === attribute)?.long ?? undefined;
}

/** Returns the argument of the running command with this name, as its help writes it: `<cron>`. */
export function argumentOf(name: string): string | undefined {
  return running?.registeredArguments.some((argument) => argument.name() === name) ? `<${name}>` : undefined;
}
