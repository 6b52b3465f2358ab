import type { Call } from '../call/call.ts';

export type LogEnd = {
  lines: string[];
  isWhole: boolean;
  /** Of the whole log. */
  bytes: number;
};

/** Reads the end of a job's log, of at most so many bytes; keeps no more of it in memory. */
export async function endOfLog(call: Call, jobId: string, maxBytes: number): Promise<LogEnd> {
  const { body } = await call.client.jobLogs({ params: { jobId } }, { signal: call.signal });
  let end = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    end = Buffer.concat([end, chunk]);
    if (end.length > 2 * maxBytes) end = Buffer.from(end.subarray(-maxBytes));
  }
  const kept = end.subarray(-maxBytes);
  const lines = kept.toString().split('\n');
  const isWhole = kept.length === bytes;
  // JSON needs two more bytes for each line and quotation mark.
  return { ...lastLines(isWhole ? lines : lines.slice(1), maxBytes - 100), bytes };
}

function lastLines(lines: string[], maxBytes: number): { lines: string[]; isWhole: boolean } {
  let room = maxBytes;
  const first = lines.findLastIndex((line) => {
    room -= Buffer.byteLength(JSON.stringify(line)) + 1;
    return room < 0;
  });
  return { lines: lines.slice(first + 1), isWhole: first < 0 };
}
