import { canonicalJson } from '@deployment-engine/contracts';
import {
  type JournalBegin,
  type JournalEnd,
  type JournalRecord,
  journalRecordSchema,
} from '@deployment-engine/runner-api';
import { attributesOf } from './provider-value.ts';

/** One call that changes an object, as far as the journal knows it. */
export type JournalCall = {
  provider: string;
  type: string;
  action: JournalBegin['action'];
  /** Known attributes of the planned object. */
  planned: Record<string, unknown>;
  /** What the provider answered; `undefined` where nobody knows. */
  end: JournalEnd | undefined;
  /** The object that the provider answered; `undefined` where it answered none. */
  created: Record<string, unknown> | undefined;
};

/** Reads a journal; a line that was not written completely is left out, as its call was not answered. */
export function readJournalCalls(text: string): JournalCall[] {
  const records = text.split('\n').flatMap(parseLine);
  const ends = new Map(
    records.flatMap((record): [string, JournalEnd][] => (record.kind === 'end' ? [[record.id, record]] : [])),
  );
  return records.flatMap((record) => {
    if (record.kind !== 'begin') return [];
    const end = ends.get(record.id);
    const { provider, type, action } = record;
    const planned = attributesOf(record.planned) ?? {};
    return [{ provider, type, action, planned, end, created: end && attributesOf(end.newState) }];
  });
}

function parseLine(line: string): JournalRecord[] {
  try {
    return line === '' ? [] : [journalRecordSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

/** What tells an object from others of its type: its id, where it has one. */
export function identityOf(attributes: Record<string, unknown>): string {
  const { id, arn } = attributes;
  if (typeof id === 'string' && id !== '') return id;
  return typeof arn === 'string' && arn !== '' ? arn : canonicalJson(attributes);
}

/** The cloud itself has refused: nothing was made, whoever else may have an object of that name. */
const refusal =
  /\b(StatusCode: 4\d\d|status code: 4\d\d|HTTP (response )?status(:| code) 4\d\d|Error 4\d\d\b)/i;
/** But it refuses also what an earlier request has made, whose answer was lost. */
const exists =
  /already[ _-]?exist|alreadyowned|duplicate|conflict|in[ _-]?use|already associated|StatusCode: 409/i;
/**
 * A bucket's name is taken by another account; one's own is `BucketAlreadyOwnedByYou`.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
 */
const ofAnotherAccount = /\bBucketAlreadyExists\b/;
/** The way to the cloud broke, or the provider was told to stop. */
const brokenOff =
  /cancel+ed|deadline exceeded|timed? ?out|connection (reset|refused)|broken pipe|\bEOF\b|no such host|StatusCode: (5\d\d|408)|status code: 5\d\d|exceeded maximum number of attempts|i\/o error|tls:/i;

/**
 * Whether a create that came to nothing may have made an object all the same. A provider that answers an error
 * without an object says that there is none; it can't know where its request was broken off or answered by nobody.
 */
export function mayHaveCreated(call: JournalCall): boolean {
  const { end } = call;
  if (end?.grpcStatus !== 0 || end.stopped) return true;
  const text = end.errors.map(({ summary, detail }) => `${summary}\n${detail}`).join('\n');
  if (brokenOff.test(text)) return true;
  return exists.test(text) && refusal.test(text) && !ofAnotherAccount.test(text);
}
