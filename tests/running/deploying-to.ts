import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCloudFormation } from './cloudformation.ts';

interface StoredObject {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly at: Date;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The bytes of a body that was sent in signed or checksummed chunks. */
function unchunked(request: IncomingMessage, sent: Buffer): Buffer {
  if (!String(request.headers['content-encoding']).includes('aws-chunked')) return sent;
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = sent.indexOf('\r\n', at);
    const size = Number.parseInt(sent.toString('latin1', at, end).split(';')[0] ?? '0', 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(sent.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>';
const ACCOUNT = '123456789012';

/**
 * What `serverless deploy` and `remove` ask of AWS, on one port: STS, CloudFormation, S3, Lambda's GetFunction. It
 * keeps what it is given and makes nothing of it; what it does not know it answers with 501 and notes in `unknown`.
 */
export async function startDeploymentTarget() {
  const objects = new Map<string, StoredObject>();
  const calls: string[] = [];
  const unknown: string[] = [];
  const pathOf = (url: string) =>
    decodeURIComponent(new URL(url).pathname)
      .slice(1)
      .replace(/^[^/]+\.amazonaws\.com\//, '');
  function readTemplate(url: string): string {
    const host = new URL(url).hostname;
    const found = [...objects].find(
      ([key]) => pathOf(url).endsWith(key.slice(key.indexOf('/') + 1)) && host !== '',
    );
    if (found === undefined) throw new Error(`S3 error: The specified key does not exist: ${url}`);
    return found[1].body.toString('utf8');
  }
  const cloudFormation = createCloudFormation(readTemplate);

  function s3(request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer): void {
    const [bucket = '', ...rest] = decodeURIComponent(url.pathname).slice(1).split('/');
    const key = rest.join('/');
    const name = `${bucket}/${key}`;
    const xml = (text: string) =>
      response.writeHead(200, { 'content-type': 'application/xml' }).end(xmlHead + text);
    calls.push(
      `s3:${request.method}${
        key === ''
          ? [...url.searchParams.keys()]
              .map((one) => `?${one}`)
              .slice(0, 1)
              .join('')
          : ''
      }`,
    );
    if (key === '' && request.method === 'GET' && url.searchParams.has('location'))
      return void xml('<LocationConstraint>eu-central-1</LocationConstraint>');
    if (key === '' && request.method === 'GET') {
      const prefix = `${bucket}/${url.searchParams.get('prefix') ?? ''}`;
      const found = [...objects].filter(([one]) => one.startsWith(prefix));
      const versions = url.searchParams.has('versions');
      const items = found.map(
        ([
          one,
          {
            at,
            body: { length },
          },
        ]) => {
          const fields = `<Key>${one.slice(bucket.length + 1)}</Key><LastModified>${at.toISOString()}</LastModified><Size>${length}</Size>`;
          return versions
            ? `<Version>${fields}<VersionId>null</VersionId></Version>`
            : `<Contents>${fields}</Contents>`;
        },
      );
      const root = versions ? 'ListVersionsResult' : 'ListBucketResult';
      return void xml(
        `<${root}><IsTruncated>false</IsTruncated><KeyCount>${items.length}</KeyCount>${items.join('')}</${root}>`,
      );
    }
    if (key === '' && request.method === 'POST' && url.searchParams.has('delete')) {
      for (const [, one] of body.toString('utf8').matchAll(/<Key>([^<]+)<\/Key>/g))
        objects.delete(`${bucket}/${one}`);
      return void xml('<DeleteResult/>');
    }
    const held = objects.get(name);
    if (key !== '' && request.method === 'PUT') {
      const metadata = Object.fromEntries(
        Object.entries(request.headers).filter(([header]) => header.startsWith('x-amz-meta-')),
      ) as Record<string, string>;
      objects.set(name, { body: unchunked(request, body), metadata, at: new Date() });
      return void response.writeHead(200, { etag: '"etag"' }).end();
    }
    if (key === '' && request.method === 'HEAD') return void response.writeHead(200).end();
    if (held === undefined) return void response.writeHead(404).end();
    const headers = {
      ...held.metadata,
      'last-modified': held.at.toUTCString(),
      'content-length': held.body.length,
    };
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : held.body);
  }

  function query(response: ServerResponse, body: string): void {
    const parameters = new URLSearchParams(body);
    const action = parameters.get('Action') ?? '';
    const wrap = (text: string) =>
      `<${action}Response><${action}Result>${text}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`;
    const xml = (status: number, text: string) =>
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xmlHead + text);
    const service = action === 'GetCallerIdentity' ? 'sts' : 'cloudformation';
    calls.push(`${service}:${action}`);
    if (service === 'sts')
      return void xml(200, wrap(`<Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:user/test</Arn>`));
    const answer = cloudFormation.answer(action, parameters);
    if (answer === undefined) {
      unknown.push(`${service}:${action}`);
      return void xml(501, '');
    }
    if ('xml' in answer) return void xml(200, wrap(answer.xml));
    const { code = 'ValidationError', refused } = answer;
    xml(
      400,
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${refused}</Message></Error></ErrorResponse>`,
    );
  }

  function getFunction(response: ServerResponse, name: string): void {
    calls.push('lambda:GetFunction');
    const exists = [...cloudFormation.stacks.values()].some(
      ({ template, status }) =>
        status !== 'DELETE_COMPLETE' &&
        Object.values(template.Resources).some(({ Properties }) => Properties?.FunctionName === name),
    );
    const headers = { 'content-type': 'application/json' };
    if (!exists)
      return void response
        .writeHead(404, { ...headers, 'x-amzn-errortype': 'ResourceNotFoundException' })
        .end('{"Message":"Function not found"}');
    response
      .writeHead(200, headers)
      .end(JSON.stringify({ Configuration: { FunctionName: name, LastModified: new Date().toISOString() } }));
  }

  const server = createServer(async (request, response) => {
    const sent = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://target');
    const signedFor = String(request.headers.authorization).split('/')[3];
    const lambda = /^\/2015-03-31\/functions\/([^/]+)$/.exec(url.pathname);
    if (signedFor === 's3') s3(request, response, url, sent);
    else if (lambda !== null) getFunction(response, decodeURIComponent(lambda[1] ?? ''));
    else if (String(request.headers['content-type']).includes('x-www-form-urlencoded'))
      query(response, sent.toString('utf8'));
    // `remove` looks whether images were deployed.
    else if (String(request.headers['x-amz-target']).endsWith('.DescribeRepositories')) {
      calls.push('ecr:DescribeRepositories');
      response
        .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
        .end('{"__type":"RepositoryNotFoundException","message":"no repository"}');
    } else {
      unknown.push(`${signedFor} ${request.method} ${request.url} ${request.headers['x-amz-target'] ?? ''}`);
      response.writeHead(501).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cloudFormation,
    objects: objects as ReadonlyMap<string, StoredObject>,
    calls: calls as readonly string[],
    unknown: unknown as readonly string[],
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
