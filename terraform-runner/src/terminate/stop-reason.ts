/** Why a run is being ended before its time. The first reason stays. */
export type StopReason =
  | { kind: 'cancel'; at: number; graceMs: number }
  | { kind: 'timeout'; at: number; graceMs: number; afterMs: number }
  | { kind: 'failure'; at: number; graceMs: number; message: string };

/** What can be asked to stop. `requestStop` keeps the first reason and answers whether it was this one. */
export type Stoppable = { requestStop(reason: StopReason): boolean };
