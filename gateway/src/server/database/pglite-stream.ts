import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

/** The socket of a `pg` client whose other end is an embedded database in this process. */
export class PgliteStream extends Duplex {
  readonly #pglite: PGlite;

  constructor(pglite: PGlite) {
    super();
    this.#pglite = pglite;
  }

  connect(): this {
    setImmediate(() => this.emit('connect'));
    return this;
  }

  override _read(): void {}

  override _write(messages: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#pglite.execProtocolRaw(messages).then((answer) => {
      if (answer.length > 0) this.push(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
      done();
    }, done);
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  /** Options of sockets that `pg` sets have no meaning within a process. */
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
