import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What the server does with a mail: `refuse` answers `status` with the error's name, as SES does. */
export type SesBehaviour =
  | { readonly do: 'take' }
  /** The account may not send. */
  | { readonly do: 'pause' }
  | { readonly do: 'take without id' | 'take and garble' | 'take and break off' | 'take and hang' | 'drip' }
  | { readonly do: 'refuse'; readonly status: number; readonly error: string };

/** The parts of a SendEmail request that tests look at. */
export interface SentRequest {
  readonly FromEmailAddress: string;
  readonly Destination: { readonly ToAddresses: readonly string[] };
  readonly ReplyToAddresses?: readonly string[];
  readonly ConfigurationSetName?: string;
  readonly EmailTags?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Content: {
    readonly Simple: {
      readonly Subject: { readonly Data: string; readonly Charset?: string };
      readonly Body: { readonly Text: { readonly Data: string; readonly Charset?: string } };
      readonly Headers?: readonly { readonly Name: string; readonly Value: string }[];
    };
  };
}

/** SES writes these itself and refuses them from others: https://docs.aws.amazon.com/ses/latest/dg/header-fields.html */
const OWN_HEADERS = new Set(
  'bcc cc content-disposition content-type date from message-id mime-version reply-to return-path subject to'.split(
    ' ',
  ),
);

function objection({ Content, Destination, EmailTags = [] }: SentRequest): string | undefined {
  const { Subject, Headers = [] } = Content.Simple;
  if (/[\r\n]/.test(Subject.Data)) return 'Subject contains a line break';
  if (Destination.ToAddresses.some((address) => /[\s,;]/.test(address))) return 'Illegal address';
  if (EmailTags.some(({ Value }) => !/^[A-Za-z0-9_-]{1,256}$/.test(Value))) return 'Illegal tag';
  for (const { Name, Value } of Headers) {
    if (!/^[!-9;-~]{1,126}$/.test(Name) || !/^[ -~]*$/.test(Value)) return `Illegal header ${Name}`;
    if (Name.length + Value.length > 996) return `Header ${Name} is too long`;
    if (OWN_HEADERS.has(Name.toLowerCase())) return `Header ${Name} is not allowed`;
  }
  return undefined;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Speaks `POST /v2/email/outbound-emails` of SES v2 on a free port, and keeps what it took. */
export async function startSes() {
  const taken: SentRequest[] = [];
  const sockets = new Set<Socket>();
  const drips = new Set<NodeJS.Timeout>();
  let behaviour: SesBehaviour = { do: 'take' };
  let requests = 0;
  let connections = 0;

  function refuse(response: ServerResponse, status: number, error: string, message: string): void {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': error });
    response.end(JSON.stringify({ message }));
  }

  function answer(response: ServerResponse, id: string): void {
    switch (behaviour.do) {
      case 'take':
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ MessageId: id }));
        return;
      case 'take without id':
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        return;
      case 'take and garble':
        response.writeHead(200, { 'content-type': 'application/json' }).end('<html>');
        return;
      case 'take and break off':
        response.destroy();
        return;
      case 'drip':
        // A byte now and then keeps any idle time-out from firing.
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
        drips.add(setInterval(() => response.write(' '), 10));
        return;
      case 'take and hang':
      case 'pause':
      case 'refuse':
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const body = await textOf(request);
    if (`${request.method} ${request.url}` === 'GET /v2/email/account' && behaviour.do !== 'refuse') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ SendingEnabled: behaviour.do !== 'pause' }));
      return;
    }
    if (behaviour.do === 'pause') return refuse(response, 400, 'SendingPausedException', 'as the test wants');
    const { method, url } = request;
    if (behaviour.do !== 'refuse' && (method !== 'POST' || url !== '/v2/email/outbound-emails')) {
      return refuse(response, 404, 'NotFoundException', `${request.method} ${request.url}`);
    }
    if (behaviour.do === 'refuse') {
      return refuse(response, behaviour.status, behaviour.error, 'as the test wants');
    }
    const mail = JSON.parse(body) as SentRequest;
    const wrong = objection(mail);
    if (wrong !== undefined) return refuse(response, 400, 'BadRequestException', wrong);
    taken.push(mail);
    answer(response, `0100018f-${String(taken.length).padStart(6, '0')}-000000`);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Mails that it took, also where it did not say so. */
    taken,
    requests: () => requests,
    connections: () => connections,
    behave(as: SesBehaviour): void {
      behaviour = as;
    },
    reset(): void {
      taken.length = 0;
      requests = 0;
      connections = 0;
      behaviour = { do: 'take' };
    },
    async close(): Promise<void> {
      for (const drip of drips) clearInterval(drip);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
