import { parseText } from '../../../local/gateway/parse-text.ts';
import { renderJson, renderPage } from '../../../local/gateway/render.ts';
import { createStore } from '../../../local/gateway/store.ts';

const LABELS = { job: 'a' };
const push = (text: string) => ({ labels: LABELS, metrics: parseText(Buffer.from(text)), replace: true });

test('of a success and a failure within one tick of the clock, the later counts', () => {
  const store = createStore({ consistencyCheck: true, now: () => 1_000_000 });
  const successful = () => renderJson(store.groups())[0]?.last_push_successful;

  expect(store.push(push('x 1\n'))).toBeUndefined();
  expect(successful()).toBe(true);
  expect(store.push(push('x 1 5\n'))).toBe('pushed metrics must not have timestamps');
  expect(successful()).toBe(false);
  expect(store.push(push('x 1\n'))).toBeUndefined();
  expect(successful()).toBe(true);
});

test('times do not run backwards with the clock', () => {
  let now = 5_000;
  const store = createStore({ consistencyCheck: true, now: () => now });
  store.push(push('x 1 5\n'));
  now = 4_000;
  store.push(push('x 1\n'));
  expect(renderJson(store.groups())[0]?.last_push_successful).toBe(true);
});

test('what was read is not changed by later pushes', () => {
  const store = createStore({ consistencyCheck: true, now: Date.now });
  store.push(push('x 1\n'));
  const before = store.groups();
  const page = renderPage(before);
  store.push(push('x 2\n'));
  store.wipe();
  expect(renderPage(before)).toBe(page);
  expect(renderPage(store.groups())).toBe('');
});
