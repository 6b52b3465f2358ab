/** A program ready to be started. */
export type CommandLine = {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
};
