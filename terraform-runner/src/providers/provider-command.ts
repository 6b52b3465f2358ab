import { join } from 'node:path';
import { type CommandContext, type CommandLine, commandLine } from '../terraform/command-line.ts';

const proxyPath = join(import.meta.dirname, 'proxy', 'main.ts');

/**
 * The provider behind a proxy that gives Terraform only the schemas this job's code and state can use. Only the
 * provider is in the sandbox; the proxy is the engine's own.
 */
export function providerCommand(context: CommandContext, binary: string): CommandLine {
  const provider = commandLine(context, [binary, '-debug']);
  const hasOwnPids = context.sandbox.mode === 'bwrap';
  const { code, rootModule, state } = context.paths;
  return {
    ...provider,
    // The proxy takes this out of the environment before it starts the provider.
    env: { ...provider.env, NODE_COMPILE_CACHE: context.paths.nodeCache },
    file: process.execPath,
    args: [proxyPath, hasOwnPids ? '1' : 'own', code, rootModule, state, provider.file, ...provider.args],
  };
}
