import type { z } from 'zod';

export type SettingUnit = 'seconds' | 'hours' | 'days' | 'MB';

/** One environment variable: how to parse it, and its text in the docs and `--help`. */
export type Setting = {
  /** One line of Markdown. */
  meaning: string;
  /** Parses the text. Its messages follow `NAME: ` and name the remedy. */
  type: z.ZodType<unknown, string>;
  /** A value that `type` accepts; shown to readers. */
  example: string;
  /** What the number counts. */
  unit?: SettingUnit;
  /** Text to parse if the variable is not set. Without one the value is `undefined`. */
  default?: string;
  /** Describes the behaviour without a value, if there is no fixed default. */
  otherwise?: string;
  /** Message when the variable is missing; without one it is optional. */
  required?: string;
  /** Marks a value that is never printed. It can also come from a file, named by `<NAME>_FILE`. */
  secret?: true;
  /** Returns what is wrong with the value on this machine, for example a missing file. */
  problemHere?: (text: string) => string | undefined;
};

/** Settings of one topic, by name. */
export type SettingGroup = { title: string; settings: Record<string, Setting> };

/** Every setting of a service, by topic. */
export type SettingsTable = Record<string, SettingGroup>;

type Value<S extends Setting> = S extends { default: string } | { required: string }
  ? z.output<S['type']>
  : z.output<S['type']> | undefined;

/** The parsed settings of a table: by group, then by name. */
export type SettingValues<T extends SettingsTable> = {
  [G in keyof T]: { [N in keyof T[G]['settings']]: Value<T[G]['settings'][N]> };
};

/** Returns every setting of a table by name, across topics. */
export function settingsByName(table: SettingsTable): Record<string, Setting> {
  return Object.assign({}, ...Object.values(table).map((group) => group.settings));
}

/** Returns every name that a service reads, including the `<NAME>_FILE` of each secret. */
export function settingNames(table: SettingsTable): string[] {
  return Object.entries(settingsByName(table)).flatMap(([name, { secret }]) =>
    secret ? [name, `${name}_FILE`] : [name],
  );
}
