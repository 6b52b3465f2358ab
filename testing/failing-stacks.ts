import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reason in the events of a stack, as CloudFormation tells it; newest first. */
export type StackEvent = { logicalId: string; type: string; status: string; reason: string };

export type FailingStacks = {
  url: string;
  /** Lets every stack that is created from now on end like this; `undefined` lets them succeed. */
  fail(how: { status: string; events: StackEvent[] } | undefined): void;
  stop(): Promise<void>;
};

/**
 * Stands in front of a local AWS and answers for CloudFormation what the local one can't: stacks that fail, with the events of
 * a recorded failure. Everything else goes through.
 */
export async function startFailingStacks(aws: string): Promise<FailingStacks> {
  let failure: Parameters<FailingStacks['fail']>[0];
  /** How stacks have failed, by name, with the token of their request. */
  const failed = new Map<string, { status: string; events: StackEvent[]; token: string }>();
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const form = new URLSearchParams(body.toString());
    const action = form.get('Action');
    const name = (form.get('StackName') ?? '').replace(/^arn:.*:stack\/([^/]+)\/.*$/, '$1');
    const answer = await fetch(aws + (request.url ?? '/'), {
      method: request.method ?? 'GET',
      headers: forwarded(request),
      ...(body.length > 0 ? { body } : {}),
    });
    let text = Buffer.from(await answer.arrayBuffer());
    if (action === 'CreateStack' && failure)
      failed.set(name, { ...failure, token: form.get('ClientRequestToken') ?? '' });
    if (action === 'CreateStack' && !failure) failed.delete(name);
    const fate = failed.get(name);
    if (fate && action === 'DescribeStacks')
      text = Buffer.from(text.toString().replaceAll('CREATE_COMPLETE', fate.status));
    if (fate && action === 'DescribeStackEvents') text = Buffer.from(eventsXml(name, fate));
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'text/xml',
      'content-length': text.length,
    });
    response.end(text);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail: (how) => {
      failure = how;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function forwarded({ headers }: IncomingMessage): Record<string, string> {
  const dropped = new Set([
    'host',
    'connection',
    'content-length',
    'transfer-encoding',
    'expect',
    'accept-encoding',
  ]);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (dropped.has(name) ? [] : [[name, String(value)]])),
  );
}

function eventsXml(name: string, { events, token }: { events: StackEvent[]; token: string }): string {
  const members = events.map(
    ({ logicalId, type, status, reason }, index) => `<member>
      <StackId>arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/1</StackId><EventId>${index}</EventId>
      <StackName>${name}</StackName><LogicalResourceId>${logicalId}</LogicalResourceId>
      <ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus>
      <ResourceStatusReason>${reason}</ResourceStatusReason><Timestamp>2026-01-01T00:00:0${index}Z</Timestamp>
      <ClientRequestToken>${token}</ClientRequestToken></member>`,
  );
  return `<DescribeStackEventsResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStackEventsResult>
    <StackEvents>${members.join('')}</StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>`;
}
