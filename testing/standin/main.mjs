import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js';
import { fromJSON, loadSync } from '@grpc/proto-loader';
import { callsOf } from './calls.ts';

const endpoints = { azurerm: 'ARM_STANDIN_ENDPOINT', google: 'GOOGLE_STANDIN_CUSTOM_ENDPOINT' };

/**
 * Serves a provider until Terraform ends it: with `-debug` in the form of a provider that several commands share, otherwise
 * as a child of Terraform, which wants the connection encrypted. `folder` has the certificate for that.
 */
export function serveProvider(provider, folder) {
  const isShared = process.argv.includes('-debug');
  const name = `standin-${provider}-${process.pid}-${Date.now()}.sock`;
  const socket = join(process.env.TMPDIR ?? '/tmp', name);
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  const calls = callsOf(provider, process.env[endpoints[provider]] ?? '');
  server.addService(providerService(), handlers(calls));
  server.addService(controllerService(), {
    Shutdown: (_call, answer) => {
      answer(null, {});
      setTimeout(() => process.exit(0), 20);
    },
  });
  const certificate = readFileSync(join(folder, 'cert.pem'));
  const pair = { private_key: readFileSync(join(folder, 'key.pem')), cert_chain: certificate };
  const credentials = isShared
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(null, [pair]);
  server.bindAsync(`unix:${socket}`, credentials, (error) => {
    if (error) throw error;
    console.log(isShared ? reattachLine(provider, socket) : handshakeLine(socket, certificate.toString()));
  });
}

function handlers(calls) {
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      name,
      ({ request }, answer) => {
        Promise.resolve()
          .then(() => call(request))
          .then((value) => answer(null, value), answer);
      },
    ]),
  );
}

function providerService() {
  const options = { keepCase: true, defaults: true, bytes: Buffer };
  const loaded = loadPackageDefinition(loadSync(join(import.meta.dirname, 'provider.proto'), options));
  return loaded.tfplugin5.Provider.service;
}

/** By this service Terraform asks its child to end. */
function controllerService() {
  const methods = { Shutdown: { requestType: 'Empty', responseType: 'Empty' } };
  const nested = { Empty: { fields: {} }, GRPCController: { methods } };
  return fromJSON({ nested: { plugin: { nested } } })['plugin.GRPCController'];
}

function reattachLine(provider, socket) {
  const entry = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'unix', String: socket },
  };
  return `TF_REATTACH_PROVIDERS='${JSON.stringify({ [`registry.terraform.io/hashicorp/${provider}`]: entry })}'`;
}

function handshakeLine(socket, certificate) {
  const base64 = certificate.replace(/-----[^-]+-----|\s/g, '').replace(/=+$/, '');
  return `1|5|unix|${socket}|grpc|${base64}`;
}
