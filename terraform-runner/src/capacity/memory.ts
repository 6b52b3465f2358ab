import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

const megabyte = 1024 * 1024;
/** Where a container's own limit stands. Source: the kernel's cgroup-v2 documentation. */
const cgroupLimit = '/sys/fs/cgroup/memory.max';

type MemorySettings = { slots: number; sandbox: { limits: { memoryMb: number } } };

/** What the machine, or the container that this runner is in, has. */
export function machineMemoryMb(): number {
  const machine = Math.floor(totalmem() / megabyte);
  try {
    const limit = Number(readFileSync(cgroupLimit, 'utf8'));
    return Number.isFinite(limit) ? Math.min(machine, Math.floor(limit / megabyte)) : machine;
  } catch {
    return machine;
  }
}

/** A run for each core, but no more than the memory is enough for when each of them takes its limit. */
export function defaultSlots(limitMb: number, machineMb: number): number {
  return Math.max(1, Math.min(Math.max(2, availableParallelism()), Math.floor(machineMb / limitMb)));
}

/** What all runs together may take, against what there is. */
export function memoryOfRuns({ slots, sandbox }: MemorySettings) {
  return {
    slots,
    limitMb: sandbox.limits.memoryMb,
    allRunsMb: slots * sandbox.limits.memoryMb,
    machineMb: machineMemoryMb(),
  };
}

/** Says where slots that an operator has set could take more than there is. */
export function overcommitment(settings: MemorySettings, machineMb = machineMemoryMb()): string[] {
  const { slots, limitMb, allRunsMb } = memoryOfRuns(settings);
  if (allRunsMb <= machineMb) return [];
  return [
    `${slots} runs of ${limitMb} MB each may take ${allRunsMb} MB, more than the ${machineMb} MB of this machine; lower RUNNER_SLOTS or SANDBOX_MEMORY_MB`,
  ];
}
