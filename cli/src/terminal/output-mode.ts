/** How this process prints; set once, before the command begins. */
export type OutputMode = {
  /** Standard output has only the engine's answer. */
  json: boolean;
  /** No progress and no notes. */
  quiet: boolean;
  /** Also Terraform's own lines, and the requests. */
  verbose: boolean;
  /** False if nobody may be asked, also on a terminal. */
  input: boolean;
};

let mode: OutputMode = { json: false, quiet: false, verbose: false, input: true };

export function setOutputMode(next: OutputMode): void {
  mode = next;
}

export function outputMode(): OutputMode {
  return mode;
}

/** Prints on standard error what a reader may want to know and a script does not need. */
export function note(text: string): void {
  if (!mode.quiet && !mode.json) console.error(text);
}
