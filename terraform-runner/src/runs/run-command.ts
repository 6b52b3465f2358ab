import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEventBody, StepName } from '@deployment-engine/contracts';
import { type Command, type CommandEnd, startOrAdopt, wasStarted } from '../process/command.ts';
import type { CommandLine } from '../process/command-line.ts';
import { type Line, type Tail, tailFile } from '../process/tail.ts';
import { linkedProviders } from '../providers/binaries.ts';
import { breakOffTime } from '../providers/drain.ts';
import { commandLine } from '../sandbox/command-line.ts';
import type { CommandKind } from '../sandbox/mounts.ts';
import { failRun } from '../terminate/failure.ts';
import { type StopSequence, stopCommand } from '../terminate/stop-command.ts';
import { plainLines } from '../terraform/plain-text.ts';
import { logEvents, readUiLine } from '../terraform/ui-message.ts';
import { type ActiveRun, commandContext } from './run.ts';
import { tailDenied } from './tail-denied.ts';

export type RunCommand = {
  step: StepName;
  /** Names the command within the run; each is started once. */
  name: Exclude<CommandKind, 'provider'>;
  argv: string[];
  /** `ui`: Terraform's JSON lines or plain text become events. `data`: standard output is a result. */
  output: 'ui' | 'data';
  /** Returns TF_REATTACH_PROVIDERS; called only if the command does not run yet. */
  reattach: (() => Promise<string | undefined>) | undefined;
};

/**
 * - `exited`: with its own exit code.
 * - `stopped`: because the run has to end; `forced` if it did not end gracefully.
 * - `killed`: by a signal that the engine did not send, or gone without an exit code.
 */
export type CommandResult =
  | { kind: 'exited'; exitCode: number }
  | { kind: 'stopped'; forced: boolean }
  | { kind: 'killed'; message: string };

/** Runs one Terraform command to its end, or adopts the one that a previous runner started. */
export async function runCommand(active: ActiveRun, command: RunCommand): Promise<CommandResult> {
  const { run } = active;
  const directory = commandDirectory(active, command.name);
  if (run.record.stop && !wasStarted(directory)) return { kind: 'stopped', forced: false };
  const line = wasStarted(directory) ? undefined : await lineOf(active, command);
  run.abandon.signal.throwIfAborted();
  const startedAt = announceStart(active, command);
  const tails = tailOutput(active, command);
  const started = startOrAdopt(directory, line, run.abandon.signal);
  using stopper = stopOnRequest(active, started);
  try {
    const end = await started.ended;
    await Promise.all(tails.map((tail) => tail.finish()));
    announceEnd(active, command, end, Date.now() - startedAt);
    return resultOf(end, active, stopper.forced());
  } catch (error) {
    await endUnattended(active, started, error);
    throw error;
  } finally {
    for (const tail of tails) tail.stop();
  }
}

async function lineOf(active: ActiveRun, command: RunCommand): Promise<CommandLine> {
  const reattach = await command.reattach?.();
  const extra: Record<string, string> = reattach ? { TF_REATTACH_PROVIDERS: reattach } : {};
  const binaries = await linkedProviders(active.run.paths.rootModule);
  const context = await commandContext(active, command.name, binaries);
  return commandLine({ ...context, extra }, [active.run.context.terraform.path, ...command.argv]);
}

/** Returns when the command was started, possibly by a previous runner. */
function announceStart({ run }: ActiveRun, command: RunCommand): number {
  const key = `command:${command.name}:start`;
  const { planFolder, code } = run.paths;
  const shown = command.argv.join(' ').replaceAll(`${planFolder}/`, '').replaceAll(`${code}/`, '');
  const line = `$ ${run.context.terraform.product} ${shown}`;
  run.emitOnce(key, { type: 'log', step: command.step, line });
  return Date.parse(run.events.find(key)?.at ?? new Date().toISOString());
}

function announceEnd({ run }: ActiveRun, command: RunCommand, end: CommandEnd, durationMs: number): void {
  const ending = end.kind === 'lost' ? 'ended without an exit code' : `exit code ${end.exitCode}`;
  const line = `${command.name}: ${ending} after ${(durationMs / 1000).toFixed(2)} s`;
  run.emitOnce(`command:${command.name}:end`, { type: 'log', step: command.step, line });
}

/** Ends the command after an error of the runner, unless a next runner will adopt it. */
async function endUnattended({ run }: ActiveRun, command: Command, error: unknown): Promise<void> {
  if (run.abandon.signal.aborted) return;
  failRun(run, `following Terraform: ${error instanceof Error ? error.message : String(error)}`);
  await command.ended;
}

export function commandDirectory({ run }: ActiveRun, name: string): string {
  return join(run.directory, 'commands', name);
}

/** Returns the command's standard output, for results that are not part of the events. */
export function readOutput(active: ActiveRun, name: string, stream: 'stdout' | 'stderr' = 'stdout'): string {
  return readFileSync(join(commandDirectory(active, name), stream), 'utf8');
}

/** A shell reports a command ended by signal n as 128 + n; Terraform itself only uses 0, 1 and 2. */
function resultOf(end: CommandEnd, { run }: ActiveRun, forced: boolean): CommandResult {
  if (end.kind === 'exited' && end.exitCode === 0) return end;
  if (run.record.stop) return { kind: 'stopped', forced: forced || end.kind === 'lost' };
  if (end.kind === 'exited' && end.exitCode <= 128) return end;
  const how =
    end.kind === 'lost' ? 'is gone without an exit code' : `was ended by signal ${end.exitCode - 128}`;
  return { kind: 'killed', message: `Terraform ${how}; nothing the engine did ended it` };
}

function tailOutput({ run, request }: ActiveRun, command: RunCommand): Tail[] {
  const directory = join(run.directory, 'commands', command.name);
  const reading = { step: command.step, rootModule: request.rootModule, codeFolder: run.paths.code };
  const isSearch = request.kind === 'plan' && request.search !== null;
  // A search plans nothing that will be applied.
  const isWanted = ({ type }: RunEventBody) => !isSearch || type === 'log' || type === 'diagnostic';
  const tail = (stream: string, read: (text: string) => ReturnType<typeof readUiLine>) => {
    const key = `output:${command.name}:${stream}`;
    return tailFile(join(directory, stream), run.events.offsetOf(key), (lines: Line[]) => {
      for (const line of lines) run.emit(read(line.text), { key, offset: line.endOffset });
    });
  };
  const errors = tail('stderr', (text) => logEvents(plainLines(text), command.step));
  return [
    errors,
    ...(command.output === 'data'
      ? []
      : [tail('stdout', (text) => readUiLine(text, reading).filter(isWanted))]),
    ...(run.context.sandbox.network === 'proxy' ? [tailDenied(run, command.step)] : []),
  ];
}

/** Stops the command when the run has to end, also if that was requested before a restart of the runner. */
function stopOnRequest({ run, providers }: ActiveRun, command: Command): { forced(): boolean } & Disposable {
  let sequence: StopSequence | undefined;
  const begin = () => {
    const { stop } = run.record;
    if (!stop) return;
    void providers.breakOffAt(breakOffTime(stop, run.context.config.drainMs));
    sequence = stopCommand(stop, command.identity, run.context.terraform.path);
  };
  if (run.stopping.signal.aborted) begin();
  else run.stopping.signal.addEventListener('abort', begin, { once: true });
  return {
    forced: () => sequence?.forced() ?? false,
    [Symbol.dispose]() {
      run.stopping.signal.removeEventListener('abort', begin);
      sequence?.[Symbol.dispose]();
    },
  };
}
