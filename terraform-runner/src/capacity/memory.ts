import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';

const megabyte = 1024 * 1024;
/** Memory limit of the container. Source: the kernel's cgroup-v2 documentation. */
const cgroupLimit = '/sys/fs/cgroup/memory.max';

type MemorySettings = { slots: number; sandbox: { limits: { memoryMb: number } } };

/** Returns the memory of the machine, or of the container that this runner is in. */
export function machineMemoryMb(): number {
  const machine = Math.floor(totalmem() / megabyte);
  try {
    const limit = Number(readFileSync(cgroupLimit, 'utf8'));
    return Number.isFinite(limit) ? Math.min(machine, Math.floor(limit / megabyte)) : machine;
  } catch {
    return machine;
  }
}

/** Returns one slot per core, limited by how many runs fit into memory at their full limit. */
export function defaultSlots(limitMb: number, machineMb: number): number {
  return Math.max(1, Math.min(Math.max(2, availableParallelism()), Math.floor(machineMb / limitMb)));
}

/** A spare provider takes about 0.7 GB. */
const warmFromFreeMb = 4096;

/** Returns one spare provider where there is memory for it. */
export function defaultWarmProviders(freeMb: number = freemem() / megabyte): number {
  return freeMb >= warmFromFreeMb ? 1 : 0;
}

/** Compares the memory that all runs together may take with what the machine has. */
export function memoryOfRuns({ slots, sandbox }: MemorySettings) {
  return {
    slots,
    limitMb: sandbox.limits.memoryMb,
    allRunsMb: slots * sandbox.limits.memoryMb,
    machineMb: machineMemoryMb(),
  };
}

/** Warns when the configured slots could take more memory than the machine has. */
export function overcommitment(settings: MemorySettings, machineMb = machineMemoryMb()): string[] {
  const { slots, limitMb, allRunsMb } = memoryOfRuns(settings);
  if (allRunsMb <= machineMb) return [];
  return [
    `${slots} runs of ${limitMb} MB each may take ${allRunsMb} MB, more than the ${machineMb} MB of this machine; lower RUNNER_SLOTS or SANDBOX_MEMORY_MB`,
  ];
}
