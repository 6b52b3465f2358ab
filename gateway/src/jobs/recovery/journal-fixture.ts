import type { JournalBegin, JournalEnd, JournalRecord } from '@deployment-engine/runner-api';
import { encode } from '@msgpack/msgpack';

export const awsProvider = 'registry.terraform.io/hashicorp/aws';

export const msgpack = (value: unknown) => ({
  encoding: 'msgpack' as const,
  data: Buffer.from(encode(value)).toString('base64'),
});

export function begin(id: string, type: string, planned: object | null, more: Partial<JournalBegin> = {}) {
  const at = '2026-01-01T00:00:00.000Z';
  const common = { kind: 'begin' as const, id, at, provider: awsProvider, type, action: 'create' as const };
  return { ...common, planned: planned && msgpack(planned), ...more };
}

export function end(id: string, newState: object | null, more: Partial<JournalEnd> = {}) {
  const at = '2026-01-01T00:00:01.000Z';
  const common = { kind: 'end' as const, id, at, newState: newState && msgpack(newState) };
  return { ...common, private: null, schemaVersion: 1, errors: [], grpcStatus: 0, stopped: false, ...more };
}

export function journalText(...records: JournalRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Returns a plan that creates these objects, with known and unknown values. */
export function planOfCreations(
  creations: {
    address: string;
    after: object;
    unknown?: object;
    sensitive?: object;
    replaces?: string;
    provider?: string;
  }[],
) {
  return {
    format_version: '1.2',
    terraform_version: '1.11.4',
    resource_changes: creations.map(
      ({ address, after, unknown = {}, sensitive = {}, replaces, provider }) => {
        const [, type = '', name = '', key] = /^(\w+)\.(\w+)(?:\[(.*)\])?$/.exec(address) ?? [];
        return {
          address,
          ...{ mode: 'managed' as const, type, name, provider_name: provider ?? awsProvider },
          ...(key === undefined ? {} : { index: JSON.parse(key) }),
          change: {
            actions: replaces ? ['delete', 'create'] : ['create'],
            before: replaces ? { id: replaces } : null,
            ...{ after, after_unknown: unknown, after_sensitive: sensitive },
          },
        };
      },
    ),
  };
}
