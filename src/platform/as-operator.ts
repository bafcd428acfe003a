import type { HttpRequest, HttpResponse } from '../observability/http.ts';
import { requireOperator } from './operator-keys.ts';

interface Tools {
  readonly correlationId: string;
}
/** `operator` is which key was used. */
type Work = (request: HttpRequest, tools: Tools, operator: string) => Promise<HttpResponse>;

/** Makes routes that want an operator's key. Nothing of a request is looked at before its key was. */
export function operatorRoutes(keyHashes: readonly string[]) {
  return (work: Work) =>
    async (request: HttpRequest, tools: Tools): Promise<HttpResponse> =>
      work(request, tools, requireOperator(request.headers['x-api-key'], keyHashes));
}
