import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { LOCAL_CREDENTIALS } from './resources.ts';

/** Calls a function by its key in `serverless.yml` and waits for its result. Throws what the function threw. */
export type Invoke = (functionKey: string, event: unknown) => Promise<unknown>;

/** Invokes functions through the Lambda endpoint of serverless-offline. */
export function lambdaInvoker(
  endpoint: string,
  region: string,
  nameOf: (functionKey: string) => string,
): Invoke {
  const client = new LambdaClient({
    endpoint,
    region,
    credentials: LOCAL_CREDENTIALS,
    // A retried invocation would run twice.
    maxAttempts: 1,
  });
  return async (functionKey, event) => {
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({ FunctionName: nameOf(functionKey), Payload: JSON.stringify(event) }),
    );
    // serverless-offline answers nothing, not `null`, for a function that returned nothing.
    const text = Payload ? Buffer.from(Payload).toString('utf8') : '';
    const result = text === '' ? undefined : (JSON.parse(text) as unknown);
    const { errorMessage } = (result ?? {}) as { errorMessage?: string };
    if (FunctionError !== undefined || errorMessage !== undefined) throw new Error(errorMessage ?? text);
    return result;
  };
}
