import { canonicalJson } from '@deployment-engine/contracts';
import {
  type JournalBegin,
  type JournalEnd,
  type JournalRecord,
  journalRecordSchema,
} from '@deployment-engine/runner-api';
import { attributesOf } from './provider-value.ts';

/** One call that changes an object, as recorded in the journal. */
export type JournalCall = {
  provider: string;
  type: string;
  action: JournalBegin['action'];
  /** Known attributes of the planned object. */
  planned: Record<string, unknown>;
  /** The provider's answer; `undefined` if none was recorded. */
  end: JournalEnd | undefined;
  /** The object in the provider's answer; `undefined` if there is none. */
  created: Record<string, unknown> | undefined;
};

/** Reads a journal. An incomplete line is skipped: its call was not answered. */
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

/** Returns what distinguishes an object from others of its type: its id, its ARN, or all its attributes. */
export function identityOf(attributes: Record<string, unknown>): string {
  const { id, arn } = attributes;
  if (typeof id === 'string' && id !== '') return id;
  return typeof arn === 'string' && arn !== '' ? arn : canonicalJson(attributes);
}

/** The cloud refused the request, so this request created nothing. */
const refusal =
  /\b(StatusCode: 4\d\d|status code: 4\d\d|HTTP (response )?status(:| code) 4\d\d|Error 4\d\d\b)/i;
/** The cloud refused because the object exists. An earlier request whose answer was lost may have created it. */
const exists =
  /already[ _-]?exist|alreadyowned|duplicate|conflict|in[ _-]?use|already associated|StatusCode: 409/i;
/**
 * Another account owns the bucket; for the same account the error is `BucketAlreadyOwnedByYou`.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
 */
const ofAnotherAccount = /\bBucketAlreadyExists\b/;
/** The connection to the cloud broke, or the provider was stopped. */
const brokenOff =
  /cancel+ed|deadline exceeded|timed? ?out|connection (reset|refused)|broken pipe|\bEOF\b|no such host|StatusCode: (5\d\d|408)|status code: 5\d\d|exceeded maximum number of attempts|i\/o error|tls:/i;

/**
 * Whether a create call without an object in its answer may still have created one. A provider that answers an error
 * without an object created none, unless its request was interrupted or stayed unanswered.
 */
export function mayHaveCreated(call: JournalCall): boolean {
  const { end } = call;
  if (end?.grpcStatus !== 0 || end.stopped) return true;
  const text = end.errors.map(({ summary, detail }) => `${summary}\n${detail}`).join('\n');
  if (brokenOff.test(text)) return true;
  return exists.test(text) && refusal.test(text) && !ofAnotherAccount.test(text);
}
