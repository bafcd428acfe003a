import { loadPage } from '../src/fte/page/page.ts';
import { instrument } from '../src/platform/telemetry.ts';

const { html, headers } = loadPage();

export const handler = instrument({
  function: 'page',
  component: 'web_form',
  trigger: 'http',
  routes: {
    'GET /': () => ({ status: 200, body: html, contentType: 'text/html; charset=utf-8', headers }),
  },
});
