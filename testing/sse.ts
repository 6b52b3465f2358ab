// biome-ignore lint/suspicious/noExplicitAny: events of every shape
export type SseEvent = { id: number; type: string; data: any };

/** Reads events after `lastId` until `limit` have come and drops the connection, or until the stream ends. */
export async function readEvents(
  url: string,
  lastId: number | undefined,
  limit: number,
): Promise<{ events: SseEvent[]; ended: boolean }> {
  const abort = new AbortController();
  const response = await fetch(url, {
    signal: abort.signal,
    headers: lastId === undefined ? {} : { 'last-event-id': String(lastId) },
  });
  if (response.status === 204) return { events: [], ended: true };
  if (!response.ok || !response.body)
    throw new Error(`GET ${url}: ${response.status} ${await response.text()}`);
  const events: SseEvent[] = [];
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event && events.length < limit) events.push(event);
    }
    if (events.length >= limit) {
      abort.abort();
      return { events, ended: false };
    }
  }
  return { events, ended: true };
}

function parseBlock(block: string): SseEvent | undefined {
  const fields = Object.fromEntries(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':') && line.includes(': '))
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  return fields.id
    ? { id: Number(fields.id), type: fields.event ?? '', data: JSON.parse(fields.data ?? 'null') }
    : undefined;
}
