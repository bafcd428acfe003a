import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { HttpResponse } from './http.ts';

type Chunks = AsyncIterable<string | Uint8Array>;
type StreamedHandler = (event: unknown, stream: Writable, context: Context) => Promise<void>;

/**
 * What Lambda's runtime has for responses that are streamed, under the global name `awslambda`.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
interface StreamingRuntime {
  streamifyResponse(handler: StreamedHandler): StreamedHandler;
  readonly HttpResponseStream: {
    from(stream: Writable, head: { readonly statusCode: number; readonly headers: object }): Writable;
  };
}

/** Where the response of one invocation goes while it is being made. */
export interface ResponseSink {
  /** Sends the head and then the chunks; resolves when all have been taken. Throws what the chunks throw. */
  send(head: APIGatewayProxyStructuredResultV2, chunks: Chunks): Promise<void>;
}

/** Undefined where there is no such runtime: in tests, in serverless-offline. */
function streamingRuntime(): StreamingRuntime | undefined {
  const runtime = (globalThis as { awslambda?: unknown }).awslambda as Partial<StreamingRuntime> | undefined;
  return runtime?.streamifyResponse === undefined ? undefined : (runtime as StreamingRuntime);
}

function createSink(runtime: StreamingRuntime, stream: Writable) {
  let state: 'waiting' | 'sending' | 'sent' = 'waiting';

  async function send(head: APIGatewayProxyStructuredResultV2, chunks: Chunks): Promise<void> {
    state = 'sending';
    const { statusCode = 200, headers = {} } = head;
    const body = runtime.HttpResponseStream.from(stream, { statusCode, headers });
    // The head goes out with the first chunk, whatever that holds.
    body.write('');
    // Not by pipeline(): that destroys a stream that breaks off, and the runtime has something to say behind it.
    for await (const chunk of chunks) if (!body.write(chunk)) await once(body, 'drain');
    await new Promise<void>((resolve) => body.end(resolve));
    state = 'sent';
  }

  return {
    send,
    /** Sends what was not streamed. Throws when a stream broke off, so that the caller's breaks off as well. */
    async finish(response: APIGatewayProxyStructuredResultV2): Promise<void> {
      if (state === 'sending') throw new Error('the response broke off while it was streamed');
      if (state === 'sent') return;
      const { body = '', isBase64Encoded = false } = response;
      const whole = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
      await send(
        response,
        (async function* () {
          yield whole;
        })(),
      );
    },
  };
}

/** Sends a response that is made in chunks to the sink; without one, it is collected and answered whole. */
export async function streamed(
  { stream }: HttpResponse,
  head: APIGatewayProxyStructuredResultV2,
  sink: ResponseSink | undefined,
): Promise<APIGatewayProxyStructuredResultV2> {
  if (stream === undefined) return head;
  if (sink !== undefined) {
    await sink.send(head, stream);
    return head;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return { ...head, body: Buffer.concat(chunks).toString('base64'), isBase64Encoded: true };
}

type Invoke = (event: unknown, context: Context, sink?: ResponseSink) => Promise<unknown>;

/** The same handler, in the form in which Lambda streams its responses, where it can. */
export function streaming(invoke: Invoke): (event: unknown, context: Context) => Promise<unknown> {
  const runtime = streamingRuntime();
  if (runtime === undefined) return (event, context) => invoke(event, context);
  return runtime.streamifyResponse(async (event, stream, context) => {
    const sink = createSink(runtime, stream);
    await sink.finish((await invoke(event, context, sink)) as APIGatewayProxyStructuredResultV2);
  }) as unknown as (event: unknown, context: Context) => Promise<unknown>;
}
