import { misspeltSettings } from './misspelt-settings.ts';
import { readSecretFiles } from './secret-files.ts';
import { type Setting, type SettingsTable, type SettingValues, settingNames } from './setting.ts';

export type ReadSettings<T extends SettingsTable> = {
  /** The parsed settings; `undefined` if one is wrong. */
  values: SettingValues<T> | undefined;
  /** The environment without empty values; each `<NAME>_FILE` is replaced by the text of its file. */
  environment: NodeJS.ProcessEnv;
  /** One line for each wrong setting: its name, what is wrong, what to do. */
  problems: string[];
  /** One line for each variable that looks like a misspelt setting. */
  misspelt: string[];
};

/** Reads every setting of a table. An empty value counts as not set. */
export function readSettings<T extends SettingsTable>(table: T, given: NodeJS.ProcessEnv): ReadSettings<T> {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const names = settingNames(table);
  const secrets = names.filter((name) => names.includes(`${name}_FILE`));
  const { environment, wrong } = readSecretFiles(present, secrets);
  const problems = new Set(wrong);
  const values: Record<string, Record<string, unknown>> = {};
  for (const [topic, { settings }] of Object.entries(table)) {
    const ofTopic: Record<string, unknown> = {};
    values[topic] = ofTopic;
    for (const [name, setting] of Object.entries(settings)) {
      const read = readSetting(setting, environment[name]);
      for (const problem of read.problems) problems.add(`${name}: ${problem}`);
      ofTopic[name] = read.value;
    }
  }
  return {
    values: problems.size === 0 ? (values as SettingValues<T>) : undefined,
    environment,
    problems: [...problems],
    misspelt: misspeltSettings(Object.keys(present), names),
  };
}

function readSetting(setting: Setting, given: string | undefined): { value?: unknown; problems: string[] } {
  const text = given ?? setting.default;
  if (text === undefined) return { problems: setting.required ? [setting.required] : [] };
  const read = setting.type.safeParse(text);
  if (!read.success) return { problems: read.error.issues.map((issue) => issue.message) };
  const problem = setting.problemHere?.(text);
  return { value: read.data, problems: problem ? [problem] : [] };
}
