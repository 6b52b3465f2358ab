import type { z } from 'zod';

export type SettingUnit = 'seconds' | 'hours' | 'days' | 'MB';

/** One environment variable: how it is read, and what the docs and `--help` say about it. */
export type Setting = {
  /** One line of Markdown. */
  meaning: string;
  /** Reads the text. Its messages follow `NAME: ` and name the remedy. */
  type: z.ZodType<unknown, string>;
  /** A value that `type` accepts; shown to readers. */
  example: string;
  /** What the number counts. */
  unit?: SettingUnit;
  /** The text that is read when the variable is not set. Without one the value is `undefined`. */
  default?: string;
  /** Says what happens without a value, where no fixed default exists. */
  otherwise?: string;
  /** The message when the variable is not set; without one it may be left out. */
  required?: string;
  /** Marks a value that is never printed. It can also stand in a file, named by `<NAME>_FILE`. */
  secret?: true;
  /** Says what is wrong with the value on this machine, for example a missing file. */
  problemHere?: (text: string) => string | undefined;
};

/** Settings of one topic, by name. */
export type SettingGroup = { title: string; settings: Record<string, Setting> };

/** Every setting of a service, by topic. */
export type SettingsTable = Record<string, SettingGroup>;

type Value<S extends Setting> = S extends { default: string } | { required: string }
  ? z.output<S['type']>
  : z.output<S['type']> | undefined;

/** What the settings of a table are read as: by group, then by name. */
export type SettingValues<T extends SettingsTable> = {
  [G in keyof T]: { [N in keyof T[G]['settings']]: Value<T[G]['settings'][N]> };
};

/** Every setting of a table by name, without its topic. */
export function settingsByName(table: SettingsTable): Record<string, Setting> {
  return Object.assign({}, ...Object.values(table).map((group) => group.settings));
}

/** Every name a service reads, with the `<NAME>_FILE` of each secret. */
export function settingNames(table: SettingsTable): string[] {
  return Object.entries(settingsByName(table)).flatMap(([name, { secret }]) =>
    secret ? [name, `${name}_FILE`] : [name],
  );
}
