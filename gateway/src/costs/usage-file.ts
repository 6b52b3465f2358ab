import { type UsageFile, type UsageProfile, usageFileSchema } from '@deployment-engine/contracts';
import { LineCounter, parseDocument } from 'yaml';
import type { NormalisedResource } from './normalised-resource.ts';
import { assumed, exactly, type Quantity } from './quantity.ts';
import { profileUsage } from './usage-profiles.ts';

/** A usage file that cannot be read. `line` counts from 1 and is `null` where the fault has no place. */
export class UsageFileError extends Error {
  readonly line: number | null;

  constructor(message: string, line: number | null) {
    super(line === null ? `usage file: ${message}` : `usage file, line ${line}: ${message}`);
    this.name = 'UsageFileError';
    this.line = line;
  }
}

export function parseUsageFile(text: string): UsageFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fault = document.errors[0];
  if (fault !== undefined) throw new UsageFileError(fault.message, lines.linePos(fault.pos[0]).line);
  const parsed = usageFileSchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = (issue?.path ?? []) as (string | number)[];
  throw new UsageFileError(`${path.join('.')}: ${issue?.message}`, lineOf(path));

  function lineOf(path: (string | number)[]): number | null {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true) as
        | { range?: [number, number, number] }
        | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return null;
  }
}

/** The expected usage of one resource, read by the path of a figure (`standard.storage_gb`). */
export interface UsageOf {
  /** `null` where neither the file nor the profile says anything. */
  (path: string): Quantity | null;
  text(path: string): string | null;
  /** The names of the figures given under a path, `''` for the top. */
  keys(path: string): string[];
  /** The usage of another resource of the same estimate. */
  of(resource: NormalisedResource): UsageOf;
}

type Entries = Record<string, unknown>;

/** Answers for the usage of any resource: address first, then wildcard, then type, then profile. */
export function usageReader(
  file: UsageFile | undefined,
  profile: UsageProfile,
): (r: NormalisedResource) => UsageOf {
  const given = file?.resource_usage ?? {};
  const wildcards = Object.entries(given)
    .filter(([key]) => key.includes('*'))
    .map(([key, entries]) => ({ pattern: wildcardPattern(key), entries }));
  return function usageOf(resource: NormalisedResource): UsageOf {
    const wildcard = wildcards.find(({ pattern }) => pattern.test(resource.address))?.entries;
    const layers = [
      given[resource.address],
      wildcard,
      given[resource.type],
      file?.resource_type_default_usage?.[resource.type],
    ].filter((layer) => layer !== undefined && layer !== null) as Entries[];
    const find = (path: string) => {
      for (const layer of layers) {
        const value = valueAt(layer, path);
        if (value !== undefined) return value;
      }
      return undefined;
    };
    const read = (path: string): Quantity | null => {
      const value = Number(find(path) ?? Number.NaN);
      if (Number.isFinite(value)) return exactly(value);
      const fallback = profileUsage(profile, resource.type, path);
      return fallback === null ? null : assumed(fallback, `profile ${profile}: ${path} ${fallback}`);
    };
    return Object.assign(read, {
      text: (path: string) => {
        const value = find(path);
        return typeof value === 'string' ? value : null;
      },
      keys: (path: string) => {
        if (path === '') return [...new Set(layers.flatMap((layer) => Object.keys(layer)))];
        const value = find(path);
        return typeof value === 'object' && value !== null ? Object.keys(value) : [];
      },
      of: usageOf,
    });
  };
}

function wildcardPattern(key: string): RegExp {
  const escaped = key.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*')}$`);
}

function valueAt(entries: Entries, path: string): unknown {
  let value: unknown = entries;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value ?? undefined;
}
