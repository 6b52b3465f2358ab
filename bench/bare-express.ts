import type { AddressInfo } from 'node:net';
import express from 'express';

/** The minimal Express service with the same response: one handler, one JSON body given as argument. */
const body = JSON.parse(process.argv[2] ?? '{}');
const app = express();
app.get('/', (_request, response) => void response.json(body));
const server = app.listen(0, '127.0.0.1', () =>
  process.send?.({ type: 'ready', port: (server.address() as AddressInfo).port }),
);
