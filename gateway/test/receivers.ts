import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

// biome-ignore lint/suspicious/noExplicitAny: messages of every shape
export type Received = { url: string; headers: IncomingHttpHeaders; text: string; body: any };
export type Receiver = AsyncDisposable & {
  port: number;
  received: Received[];
  /** Decides what it does; by default it takes every message. */
  answer: (message: Received, response: ServerResponse) => void;
  /** Comes back on the same port. */
  listen(): Promise<void>;
  /** Dies: open connections break off, and nothing listens. */
  die(): Promise<void>;
};

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { url = '', headers } = request;
    const message = { url, headers, text, body: JSON.parse(text) };
    receiver.received.push(message);
    receiver.answer(message, response);
  });
  const receiver: Receiver = {
    port: 0,
    received: [],
    answer: (_message, response) => void response.writeHead(204).end(),
    async listen() {
      await new Promise<void>((resolve) => void server.listen(receiver.port, '127.0.0.1', resolve));
      receiver.port = (server.address() as AddressInfo).port;
    },
    async die() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    [Symbol.asyncDispose]: () => receiver.die(),
  };
  await receiver.listen();
  return receiver;
}

export type MailReceiver = AsyncDisposable & {
  port: number;
  mails: { to: string[]; text: string }[];
  /** Decides about a recipient: a status that refuses it, or `hang`. */
  refuse: (recipient: string) => number | 'hang' | undefined;
  /** Decides about a whole mail. */
  refuseMail: () => number | undefined;
};

/** A mail server that keeps what it takes. */
export async function startMailReceiver(): Promise<MailReceiver> {
  const refusal = (responseCode: number) => Object.assign(new Error('words of the server'), { responseCode });
  const server = new SMTPServer({
    ...{ disabledCommands: ['AUTH', 'STARTTLS'], logger: false, closeTimeout: 100 },
    onRcptTo({ address }, _session, callback) {
      const decided = receiver.refuse(address);
      if (decided !== 'hang') callback(decided === undefined ? undefined : refusal(decided));
    },
    async onData(stream, session, callback) {
      let text = '';
      for await (const chunk of stream) text += chunk;
      const decided = receiver.refuseMail();
      if (decided !== undefined) return callback(refusal(decided));
      receiver.mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
      callback();
    },
  });
  server.on('error', () => {}); // a client that breaks off
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const receiver: MailReceiver = {
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    refuse: () => undefined,
    refuseMail: () => undefined,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return receiver;
}
