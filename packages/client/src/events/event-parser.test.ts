import { EventParser, type RawEvent } from './event-parser.ts';

const event = (id: string | undefined, type: string, data: string): RawEvent => ({ id, type, data });
const cases: [name: string, text: string, events: RawEvent[]][] = [
  ['all fields', 'id: 7\nevent: log\ndata: a\n\n', [event('7', 'log', 'a')]],
  ['no space after the colon', 'id:7\ndata:a\n\n', [event('7', 'message', 'a')]],
  ['one space is removed, not two', 'data:  a\n\n', [event(undefined, 'message', ' a')]],
  ['lines of data', 'data: a\ndata\ndata: b\n\n', [event(undefined, 'message', 'a\n\nb')]],
  ['comments and unknown fields', ': hello\nfoo: bar\ndata: a\n\n', [event(undefined, 'message', 'a')]],
  [
    'Windows line ends',
    'id: 1\r\ndata: a\r\n\r\ndata: b\r\n\r\n',
    [event('1', 'message', 'a'), event(undefined, 'message', 'b')],
  ],
  [
    'returns alone',
    'id: 1\rdata: a\r\rdata: b\r\r',
    [event('1', 'message', 'a'), event(undefined, 'message', 'b')],
  ],
  [
    'no data is no event, and its type is forgotten',
    'event: x\n\ndata: a\n\n',
    [event(undefined, 'message', 'a')],
  ],
  ['an id with NUL is ignored', 'id: a\0b\ndata: a\n\n', [event(undefined, 'message', 'a')]],
  ['a colon in the data', 'data: {"a":"b: c"}\n\n', [event(undefined, 'message', '{"a":"b: c"}')]],
  ['an unfinished event', 'data: a\n\ndata: b\n', [event(undefined, 'message', 'a')]],
];

test.each(cases)('%s', (_name, text, events) => {
  expect(new EventParser().push(text)).toStrictEqual(events);
});

test.each(cases)('%s, in two pieces at every place, and in single characters', (_name, text, events) => {
  for (let at = 0; at <= text.length; at += 1) {
    const parser = new EventParser();
    expect([...parser.push(text.slice(0, at)), ...parser.push(text.slice(at))]).toStrictEqual(events);
  }
  const parser = new EventParser();
  expect([...text].flatMap((character) => parser.push(character))).toStrictEqual(events);
});

test('the wait that the engine asks for is kept; another text is ignored', () => {
  const parser = new EventParser();
  expect(parser.retryMs).toBeUndefined();
  parser.push('retry: 250\n\nretry: soon\n\n');
  expect(parser.retryMs).toBe(250);
});
