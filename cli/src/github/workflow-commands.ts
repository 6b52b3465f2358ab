import { StringDecoder } from 'node:string_decoder';

/**
 * GitHub Actions executes lines of a step's output that begin with `::` after any white space, and what follows `##[`
 * anywhere in a line. Source: ActionCommand.cs of https://github.com/actions/runner
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: .NET trims them as white space
const command = /(^|[\r\n])([\s\u001c-\u001f\u0085]*):(?=:)/g;
const oldCommand = /##(?=\[)/g;

type Write = (text: string) => boolean;
const originals = new Map<NodeJS.WriteStream, Write>();

/** Whether GitHub Actions reads the output of this process. */
export function isGitHubActions(): boolean {
  return Boolean(process.env.GITHUB_ACTIONS);
}

/** Changes a text of whole lines so that none of them is a command. JSON keeps its meaning. */
export function defused(text: string): string {
  return text.replace(command, '$1$2: ').replace(oldCommand, '#\\u0023');
}

/** Whether a text would be changed, so that who reads it exactly gets another one. */
export function hasCommand(text: string): boolean {
  return defused(text) !== text;
}

/**
 * Lets no text of code, providers or the engine be a command, wherever it is printed. Holds back an incomplete line until
 * its end, because its beginning decides.
 */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) guard(stream);
}

/** Writes a command of our own. */
export function writeCommand(line: string): void {
  const write = originals.get(process.stderr) ?? ((text) => process.stderr.write(text));
  write(`${line}\n`);
}

type Done = (error?: Error | null) => void;

function guard(stream: NodeJS.WriteStream): void {
  const original = stream.write.bind(stream) as (text: string, done?: Done) => boolean;
  const decoder = new StringDecoder('utf8');
  let rest = '';
  originals.set(stream, original);
  const write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean => {
    const text = rest + (typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    return original(defused(text.slice(0, end)), typeof encoding === 'function' ? encoding : done);
  };
  stream.write = write as typeof stream.write;
  process.on('exit', () => rest === '' || original(defused(rest)));
}
