import { type UsageFile, type UsageProfile, usageFileSchema } from '@deployment-engine/contracts';
import { LineCounter, parseDocument } from 'yaml';
import type { NormalisedResource } from './normalised-resource.ts';
import { assumed, exactly, type Quantity } from './quantity.ts';
import { profileUsage } from './usage-profiles.ts';

/** Thrown for an invalid usage file. `line` is 1-based; `null` if the error has no place. */
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

type Entries = Record<string, unknown>;
type UsageOf = (resource: NormalisedResource) => Usage;

/** A resource's expected usage, read by a figure's path (`standard.storage_gb`). */
export class Usage {
  readonly #type: string;
  readonly #layers: Entries[];
  readonly #profile: UsageProfile;
  /** Usage of another resource in the same estimate. */
  readonly of: UsageOf;

  constructor(type: string, layers: Entries[], profile: UsageProfile, of: UsageOf) {
    this.#type = type;
    this.#layers = layers;
    this.#profile = profile;
    this.of = of;
  }

  /** Returns `null` if neither the file nor the profile has the figure. */
  figure(path: string): Quantity | null {
    const value = Number(this.#find(path) ?? Number.NaN);
    if (Number.isFinite(value)) return exactly(value);
    const fallback = profileUsage(this.#profile, this.#type, path);
    return fallback === null ? null : assumed(fallback, `profile ${this.#profile}: ${path} ${fallback}`);
  }

  text(path: string): string | null {
    const value = this.#find(path);
    return typeof value === 'string' ? value : null;
  }

  /** Returns the names of the figures under a path, `''` for the top level. */
  keys(path: string): string[] {
    if (path === '') return [...new Set(this.#layers.flatMap((layer) => Object.keys(layer)))];
    const value = this.#find(path);
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  }

  #find(path: string): unknown {
    for (const layer of this.#layers) {
      const value = valueAt(layer, path);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

/** Returns a lookup of usage: by address, then wildcard, then type, then profile. */
export function usageReader(file: UsageFile | undefined, profile: UsageProfile): UsageOf {
  const given = file?.resource_usage ?? {};
  const byType = file?.resource_type_default_usage ?? {};
  const wildcards = Object.entries(given)
    .filter(([key]) => key.includes('*'))
    .map(([key, entries]) => ({ pattern: wildcardPattern(key), entries }));
  return function usageOf(resource: NormalisedResource): Usage {
    const { address, type } = resource;
    const wildcard = wildcards.find(({ pattern }) => pattern.test(address))?.entries;
    const layers = [given[address], wildcard, given[type], byType[type]].filter((layer) => layer != null);
    return new Usage(type, layers as Entries[], profile, usageOf);
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
