import { basename, join, relative } from 'node:path';
import type { CommandLine } from '../process/command-line.ts';
import { type CommandContext, commandLine } from '../sandbox/command-line.ts';
import type { ProxySettings } from './proxy/proxy-settings.ts';

const proxyPath = join(import.meta.dirname, 'proxy', 'main.ts');

/** A provider in debug mode logs its requests, secrets included, unless logging is off. */
const silent = { TF_LOG_SDK: 'off', TF_LOG_PROVIDER: 'off' };

/**
 * Runs the provider behind a proxy that keeps the journal of applies and trims schemas to those this job's
 * code and state can use. Only the provider is in the sandbox; the proxy belongs to the engine. `directory`
 * is the provider's own folder.
 */
export function providerCommand(context: CommandContext, binary: string, directory: string): CommandLine {
  const { log, ...own } = context;
  const logging = log ? { TF_LOG: log.level.toUpperCase() } : silent;
  const provider = commandLine({ ...own, extra: { ...own.extra, ...logging } }, [binary, '-debug']);
  const { code, rootModule, state, journal, nodeCache } = context.paths;
  const from = (path: string) => relative(directory, path);
  const settings: ProxySettings = {
    pid: context.sandbox.mode === 'bwrap' ? '1' : 'own',
    cwd: from(rootModule),
    ...{ code: from(code), rootModule: from(rootModule), state: from(state), ...controlPaths('.') },
    log: log?.path,
    journal: from(join(journal, `${basename(directory)}.ndjson`)),
  };
  return {
    ...provider,
    // The proxy removes this from the environment before it starts the provider.
    env: { ...provider.env, NODE_COMPILE_CACHE: nodeCache },
    cwd: directory,
    file: process.execPath,
    args: [proxyPath, JSON.stringify(settings), provider.file, ...provider.args],
  };
}

/** Files through which runner and proxy communicate. */
export function controlPaths(directory: string): Pick<ProxySettings, 'idle' | 'stopAt' | 'takeOver'> {
  return {
    idle: join(directory, 'idle'),
    stopAt: join(directory, 'stop-at'),
    takeOver: join(directory, 'take-over.json'),
  };
}
