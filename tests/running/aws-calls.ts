import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** One call to AWS, or what stands in for it, in the words of IAM. */
export interface AwsCall {
  /** The function that made it. */
  readonly by: string;
  /** As `dynamodb:GetItem`. */
  readonly action: string;
  /** A table, `<table>/index/<index>`, a queue, a bucket with its key, a parameter; empty where the call names none. */
  readonly resource: string;
}

const SERVICES: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  AmazonSSM: 'ssm',
  GraniteServiceVersion20100801: 'cloudwatch',
};
const S3_ACTIONS: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

interface Body {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly QueueUrl?: string;
  readonly Name?: string;
}

function resourceOf({ TableName, IndexName, QueueUrl, Name }: Body): string {
  if (TableName !== undefined) return IndexName === undefined ? TableName : `${TableName}/index/${IndexName}`;
  return QueueUrl?.split('/').at(-1) ?? Name ?? '';
}

function callOf(request: ClientRequest, body: string): Omit<AwsCall, 'by'> | undefined {
  const [service = '', operation] = String(request.getHeader('x-amz-target') ?? '').split('.');
  const known = SERVICES[service];
  if (known !== undefined)
    return { action: `${known}:${operation}`, resource: resourceOf(JSON.parse(body) as Body) };
  const path = request.path.split('?')[0] ?? '';
  if (path.endsWith('/outbound-emails')) return { action: 'ses:SendEmail', resource: '' };
  if (path.endsWith('/v2/email/account')) return { action: 'ses:GetAccount', resource: '' };
  const signedFor = String(request.getHeader('authorization') ?? '').split('/')[3];
  return signedFor === 's3'
    ? { action: S3_ACTIONS[request.method] ?? `s3:${request.method}`, resource: path.slice(1) }
    : undefined;
}

/** Notes what each function asks of AWS, as it leaves the process. What nobody's `as` surrounds is not noted. */
export function watchAwsCalls() {
  const caller = new AsyncLocalStorage<string>();
  const calls: AwsCall[] = [];
  function watch(message: unknown): void {
    const by = caller.getStore();
    if (by === undefined) return;
    const { request } = message as { request: ClientRequest };
    const { end } = request;
    request.end = ((chunk?: unknown, ...rest: unknown[]) => {
      const text = typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.toString() : '';
      const call = callOf(request, text);
      if (call !== undefined) calls.push({ by, ...call });
      return Reflect.apply(end, request, [chunk, ...rest]);
    }) as ClientRequest['end'];
  }
  subscribe('http.client.request.created', watch);
  return {
    calls: calls as readonly AwsCall[],
    as: <T>(functionKey: string, work: () => Promise<T>) => caller.run(functionKey, work),
    stop: () => unsubscribe('http.client.request.created', watch),
  };
}
