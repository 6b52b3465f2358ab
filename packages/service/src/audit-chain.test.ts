import { type AuditEntry, type AuditHead, firstAuditHash } from '@deployment-engine/contracts';
import { AuditChain } from './audit-chain.ts';
import { auditHash } from './audit-hash.ts';

const mac = 'a'.repeat(64);

function entryAfter(previous: AuditEntry | undefined, more: Partial<AuditEntry> = {}): AuditEntry {
  const content = {
    actor: { kind: 'engine', id: 'engine', name: 'engine', role: 'admin' } as const,
    action: 'deploy',
    project: 'p',
    job: null,
    digest: null,
    address: null,
    outcome: 'ok' as const,
    problem: null,
    requestId: null,
    count: 1,
    detail: {},
    seq: (previous?.seq ?? 0) + 1,
    at: '2026-01-01T00:00:00.000Z',
    previous: previous?.hash ?? firstAuditHash,
    mac,
    ...more,
  };
  return { ...content, hash: auditHash(content) };
}

/** Entries 1 to `count`. */
function chainOf(count: number): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let index = 0; index < count; index += 1) entries.push(entryAfter(entries.at(-1)));
  return entries;
}

const headOf = ({ seq, hash, at }: AuditEntry): AuditHead => ({ seq, hash, at, mac });

/** Returns number and kind of each finding. */
function findings(entries: AuditEntry[], heads?: AuditHead[]): [number, string][] {
  const chain = new AuditChain(heads ? { heads } : {});
  for (const entry of entries) chain.add(entry);
  expect(chain.entries).toBe(entries.length);
  return chain.finish().map(({ seq, kind }) => [seq, kind]);
}

const [one, two, three, four] = chainOf(4) as [AuditEntry, AuditEntry, AuditEntry, AuditEntry];
const foreign = entryAfter(one, { action: 'destroy' });

test('an unbroken chain has no findings, with or without heads of it', () => {
  expect(findings([])).toStrictEqual([]);
  expect(findings([one, two, three, four])).toStrictEqual([]);
  expect(findings([one, two, three], [headOf(one), headOf(three)])).toStrictEqual([]);
});

test('missing entries are reported once, at the first of them', () => {
  expect(findings([two, three])).toStrictEqual([[1, 'missing']]);
  expect(findings([one, four])).toStrictEqual([[2, 'missing']]);
  expect(new AuditChain().finish()).toStrictEqual([]);
  const chain = new AuditChain();
  for (const entry of [one, four]) chain.add(entry);
  expect(chain.finish()[0]?.detail).toBe('entries 2 to 3 are missing');
});

test('an entry in the wrong place is disordered; it does not hide what comes after it', () => {
  expect(findings([one, two, two, three])).toStrictEqual([[2, 'disordered']]);
  expect(findings([one, two, one, four])).toStrictEqual([
    [1, 'disordered'],
    [3, 'missing'],
  ]);
});

test('an entry that was edited is found by its own hash', () => {
  expect(findings([one, { ...two, project: 'other' }, three])).toStrictEqual([[2, 'edited']]);
});

test('an entry that was edited and hashed again is found by the next one', () => {
  expect(findings([one, foreign, three])).toStrictEqual([[3, 'edited']]);
  expect(findings([entryAfter(undefined, { previous: mac })])).toStrictEqual([[1, 'edited']]);
});

test('a rebuilt chain is found by a head taken before; a head of another entry does not count', () => {
  const rebuilt = [one, foreign, entryAfter(foreign)];
  expect(findings(rebuilt)).toStrictEqual([]);
  expect(findings(rebuilt, [headOf(two)])).toStrictEqual([[2, 'edited']]);
  expect(findings(rebuilt, [headOf(one)])).toStrictEqual([]);
});

test('entries cut off at the end are found by a head beyond the last one', () => {
  expect(findings([one, two], [headOf(two)])).toStrictEqual([]);
  expect(findings([one, two], [headOf(four)])).toStrictEqual([[3, 'truncated']]);
  expect(findings([], [headOf(one)])).toStrictEqual([[1, 'truncated']]);
});

test('the hash covers each field except the hash and its signature', () => {
  const { hash, ...content } = one;
  expect(auditHash({ ...one, hash: mac, mac: firstAuditHash })).toBe(hash);
  for (const [field, value] of Object.entries(content)) {
    if (field === 'mac') continue;
    const changed = { ...content, [field]: typeof value === 'number' ? value + 1 : 'changed' };
    expect([field, auditHash(changed as AuditEntry) === hash]).toStrictEqual([field, false]);
  }
});
