import type { AddressInfo } from 'node:net';
import express from 'express';

/** The least an Express service can do to answer the same: one handler, one JSON body, given as the argument. */
const body = JSON.parse(process.argv[2] ?? '{}');
const app = express();
app.get('/', (_request, response) => void response.json(body));
const server = app.listen(0, '127.0.0.1', () =>
  process.send?.({ type: 'ready', port: (server.address() as AddressInfo).port }),
);
