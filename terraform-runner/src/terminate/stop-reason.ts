/** Why a run ends early. The first reason wins. */
export type StopReason =
  | { kind: 'cancel'; at: number; graceMs: number }
  | { kind: 'timeout'; at: number; graceMs: number; afterMs: number }
  | { kind: 'failure'; at: number; graceMs: number; message: string };

/** Something that can be stopped. `requestStop` keeps the first reason; returns whether it was this one. */
export type Stoppable = { requestStop(reason: StopReason): boolean };
