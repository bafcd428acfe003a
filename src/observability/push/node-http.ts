// `import ... from 'node:http'` evaluates every name of that module, WebSocket among them, and with it loads Node's
// whole fetch, HTTP/2 and TLS: most of a small function's cold start. Asked for like this, HTTP alone is loaded.
const http = process.getBuiltinModule('node:http');

/** The module that speaks a URL's scheme; TLS is loaded by whoever has something behind it. */
export const httpFor = (url: string) =>
  url.startsWith('https:') ? process.getBuiltinModule('node:https') : http;
