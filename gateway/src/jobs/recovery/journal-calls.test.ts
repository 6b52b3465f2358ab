import { identityOf, mayHaveCreated, readJournalCalls } from './journal-calls.ts';
import { awsProvider, begin, end, journalText } from './journal-fixture.ts';

describe('a journal', () => {
  test('gives each call the answer with its id, in whatever order they were written', () => {
    const text = journalText(
      end('b', { id: 'made-b' }),
      begin('a', 'aws_vpc', { cidr: '10.0.0.0/16' }),
      begin('b', 'aws_eip', { domain: 'vpc' }, { action: 'update' }),
      end('a', { id: 'made-a' }),
    );
    expect(
      readJournalCalls(text).map(({ provider, type, action, planned, created }) => ({
        ...{ provider, type, action, planned, created },
      })),
    ).toStrictEqual([
      {
        ...{ provider: awsProvider, type: 'aws_vpc', action: 'create' },
        ...{ planned: { cidr: '10.0.0.0/16' }, created: { id: 'made-a' } },
      },
      {
        ...{ provider: awsProvider, type: 'aws_eip', action: 'update' },
        ...{ planned: { domain: 'vpc' }, created: { id: 'made-b' } },
      },
    ]);
  });

  test('has no answer and no object for a call that was not answered', () => {
    const [call] = readJournalCalls(journalText(begin('a', 'aws_vpc', null), end('other', { id: 'x' })));
    expect(call).toMatchObject({ planned: {} });
    expect([call?.end, call?.created]).toStrictEqual([undefined, undefined]);
  });

  test('has an answer without an object for a call that failed', () => {
    const [call] = readJournalCalls(journalText(begin('a', 'aws_vpc', null), end('a', null)));
    expect([call?.end?.id, call?.created]).toStrictEqual(['a', undefined]);
  });

  test.each([
    ['is empty', '', 0],
    ['has empty lines', `\n${journalText(begin('a', 'aws_vpc', {}))}\n\n`, 1],
    ['ends in the middle of a line', `${journalText(begin('a', 'aws_vpc', {}))}{"kind":"end","id":"a`, 1],
    ['has a line in another form', `{"kind":"begin"}\n[]\n${journalText(begin('a', 'aws_vpc', {}))}`, 1],
  ])('that %s is read as far as it goes', (_, text, calls) => {
    expect(readJournalCalls(text).length).toBe(calls);
  });
});

describe('the identity of an object', () => {
  test.each([
    ['its id', { id: 'i', arn: 'a' }, 'i'],
    ['its ARN if it has no id', { arn: 'a', name: 'n' }, 'a'],
    ['its ARN if its id is empty', { id: '', arn: 'a' }, 'a'],
    ['its ARN if its id is no text', { id: 5, arn: 'a' }, 'a'],
    ['all attributes if it has neither', { b: 1, a: 2 }, '{"a":2,"b":1}'],
    ['all attributes if both are empty', { id: '', arn: '' }, '{"arn":"","id":""}'],
    ['all attributes if the ARN is no text', { arn: null }, '{"arn":null}'],
  ])('is %s', (_, attributes, expected) => {
    expect(identityOf(attributes)).toBe(expected);
  });
});

function mayExist(detail: string, more: Parameters<typeof end>[2] = {}): boolean {
  const errors = detail === '' ? [] : [{ summary: 'creating the object', detail }];
  const records = [begin('a', 'aws_vpc', {}), end('a', null, { errors, ...more })];
  const [call] = readJournalCalls(journalText(...records));
  return call !== undefined && mayHaveCreated(call);
}

describe('an object may exist', () => {
  test.each([
    'request cancelled by the caller',
    'context canceled',
    'context deadline exceeded',
    'operation timed out',
    'i/o timeout',
    'time out while waiting',
    'read: connection reset by peer',
    'dial tcp: connection refused',
    'write: broken pipe',
    'unexpected EOF',
    'lookup ec2.example.com: no such host',
    'https response error StatusCode: 500, InternalError',
    'https response error StatusCode: 503, Unavailable',
    'https response error StatusCode: 408, RequestTimeout',
    'status code: 502, request id: x',
    'exceeded maximum number of attempts, 25',
    'read: I/O error',
    'remote error: tls: bad record',
  ])('after an interrupted request: %s', (detail) => {
    expect(mayExist(detail)).toBe(true);
  });

  test.each([
    'StatusCode: 400, EntityAlreadyExists',
    'StatusCode: 400, the name already exists',
    'StatusCode: 400, code already-exists',
    'StatusCode: 400, code already_exist',
    'StatusCode: 409, BucketAlreadyOwnedByYou',
    'StatusCode: 400, InvalidPermission.Duplicate',
    'StatusCode: 400, OperationConflict',
    'StatusCode: 400, InvalidSubnet.InUse',
    'StatusCode: 400, the address is in use',
    'StatusCode: 400, in-use',
    'StatusCode: 400, the gateway is already associated',
    'StatusCode: 409, a reason of its own',
    'status code: 400, Duplicate',
    'HTTP response status code 409: conflict',
    'HTTP status: 409, duplicate',
    'HTTP response status: 409, duplicate',
    'HTTP status code 409: in use',
    'googleapi: Error 409: alreadyExists',
  ])('if the cloud refuses a duplicate: %s', (detail) => {
    expect(mayExist(detail)).toBe(true);
  });

  test('if the provider crashed, was stopped or never answered', () => {
    expect(mayExist('', { grpcStatus: 14 })).toBe(true);
    expect(mayExist('', { stopped: true })).toBe(true);
    const [call] = readJournalCalls(journalText(begin('a', 'aws_vpc', {})));
    expect(call && mayHaveCreated(call)).toBe(true);
  });

  test('if one of several errors says so, in its summary or its detail', () => {
    const harmless = { summary: 'a warning', detail: 'nothing' };
    const broken = { summary: 'connection reset', detail: '' };
    expect(mayExist('', { errors: [harmless, broken] })).toBe(true);
    expect(mayExist('', { errors: [broken, harmless] })).toBe(true);
    const refused = { summary: 'StatusCode: 400', detail: 'Duplicate' };
    expect(mayExist('', { errors: [refused] })).toBe(true);
  });
});

describe('no object exists', () => {
  test.each([
    'expected port to be a number',
    'StatusCode: 400, InvalidParameterValue',
    'StatusCode: 403, AccessDenied',
    'googleapi: Error 403: forbidden',
    'StatusCode: 409, BucketAlreadyExists: the name is not available',
    'the argument conflicts with another',
    'the argument name already exists in this block',
    'Error 4: duplicate',
  ])('after a refusal: %s', (detail) => {
    expect(mayExist(detail)).toBe(false);
  });

  test('after an answer without errors and without an object', () => {
    expect(mayExist('')).toBe(false);
  });
});
