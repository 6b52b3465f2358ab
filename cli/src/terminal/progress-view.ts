import type { WriteStream } from 'node:tty';
import { LiveLine } from './live-line.ts';
import { outputMode } from './output-mode.ts';

/** Shows how work proceeds, on standard error, so that standard output has only results. */
export type ProgressView = {
  /** False if nothing of it is shown. */
  isShown: boolean;
  /** Prints a line with its time (ISO 8601); later lines of the text are indented. */
  line(at: string, text: string): void;
  /** Replaces what is at work now; only a terminal shows it. */
  activity(text: string): void;
  /** Keeps everything back while the user is asked something. */
  hold(): void;
  release(): void;
  end(): void;
};

export function createProgressView(): ProgressView {
  const { json, quiet } = outputMode();
  if (quiet || (json && !process.stderr.isTTY)) return quietView;
  return process.stderr.isTTY ? liveView(process.stderr) : plainView;
}

function liveView(stream: WriteStream): ProgressView {
  const live = new LiveLine(stream);
  return {
    isShown: true,
    line: (at, text) => live.print(timed(at, text)),
    activity: (text) => live.show(text),
    hold: () => live.hold(),
    release: () => live.release(),
    end: () => live.end(),
  };
}

const nothing = () => undefined;
const plainView: ProgressView = {
  isShown: true,
  line: (at, text) => void process.stderr.write(`${timed(at, text)}\n`),
  activity: nothing,
  hold: nothing,
  release: nothing,
  end: nothing,
};
/** Standard error has only errors. */
const quietView: ProgressView = { ...plainView, isShown: false, line: nothing };

/** Returns for example `12:03:04Z init begins`. */
function timed(at: string, text: string): string {
  const time = /T(\d{2}:\d{2}:\d{2})/.exec(at)?.[1] ?? '';
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? `${time}Z ${line}` : `          ${line}`))
    .join('\n');
}
