/** The form's page without a browser: how it is put together, what it refuses, when it asks. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { followUpSchema, formSchema } from '../../src/fte/intake/form.ts';
import { loadPage } from '../../src/fte/page/page.ts';
import { QUESTION } from '../running/form.ts';
import { ROOT } from '../running/serverless-yml.ts';

const CLIENT = join(ROOT, 'src/fte/page/client');

describe('what is sent', () => {
  const { html, headers } = loadPage();
  const policy = headers['content-security-policy']!;

  test('the policy lets exactly the inline style and script run, and nothing from elsewhere', () => {
    const inline = [...html.matchAll(/<(style|script)[^>]*>([\s\S]*?)<\/\1>/g)];
    expect(inline.map(([, tag]) => tag)).toEqual(['style', 'script']);
    for (const [, tag, content = ''] of inline) {
      const hash = createHash('sha256').update(content).digest('base64');
      expect(policy).toContain(`${tag}-src 'sha256-${hash}';`);
    }
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toContain('unsafe');
    expect(html).not.toMatch(/(?:src|href)="(?!#|data:)|@import|url\(/);
    expect(html).not.toMatch(/\sstyle="|\son[a-z]+="/);
  });

  test('the modules are joined: no import, export or comment is left', () => {
    expect(html).not.toMatch(/^\s*(?:import|export|\/\*\*|\/\/)/m);
  });

  test("every one of the page's files goes into the function's package", () => {
    const yml = readFileSync(join(ROOT, 'serverless.yml'), 'utf8');
    expect(yml).toMatch(/^ +page:\n(?: {4}.*\n)*? +- src\/fte\/page\/client\/\*\.\{html,css,js\}\n/m);
  });
});

describe('the page refuses what the API refuses, and nothing else', () => {
  type Check = (value: string) => string;
  interface Fields {
    readonly textOf: (name: string) => Check;
    readonly emailAddress: Check;
    readonly clean: (text: string) => string;
  }
  let fields: Fields;
  beforeAll(async () => {
    fields = (await import(join(CLIENT, 'fields.js'))) as Fields;
  });
  const accepts = (field: string, value: string) =>
    formSchema.safeParse({ ...QUESTION, [field]: value }).success;

  test.each(['name', 'subject', 'message'])('%s', (field) => {
    const check = fields.textOf(field);
    for (const length of [0, 1, 2, 4, 5, 9, 10, 200, 201, 5000, 5001]) {
      for (const text of ['a'.repeat(length), '🌼'.repeat(length), ` ${'é'.repeat(length)}\n`]) {
        const value = fields.clean(text);
        expect({ length, ok: check(value) === '' }).toEqual({ length, ok: accepts(field, value) });
      }
    }
  });

  test('a further message', () => {
    for (const message of ['', '   ', 'a', 'a'.repeat(5000), 'a'.repeat(5001)]) {
      const ok = fields.textOf('followUp')(fields.clean(message)) === '';
      expect(ok).toBe(followUpSchema.safeParse({ message }).success);
    }
  });

  test('an address', () => {
    const parts = fc.array(
      fc.constantFrom('a', 'B', '1', '.', '-', '+', '_', "'", '@', ' ', 'ß', 'example.com'),
    );
    const email = fc.oneof(
      fc.emailAddress(),
      fc.string(),
      parts.map((list) => list.join('')),
    );
    const check = (text: string) => {
      const value = fields.clean(text);
      return (fields.emailAddress(value) === '') === accepts('email', value);
    };
    fc.assert(fc.property(email, check), { numRuns: 2_000 });
    for (const length of [254, 255]) expect(check(`${'a'.repeat(length - 12)}@example.com`)).toBe(true);
  });

  test('a broken copy does not make the API refuse the whole message', () => {
    expect(fields.clean(' a\uD83Cb\uFFFD ')).toBe('ab');
  });
});

describe('asking for news', () => {
  interface Polling {
    now(): Promise<void>;
    stop(): void;
  }
  let startPolling: (ask: () => Promise<boolean>) => Polling;
  let page: EventTarget & { hidden: boolean };
  let asked: number[];
  let more: boolean;
  const ask = async () => {
    asked.push(Date.now());
    return more;
  };

  beforeEach(async () => {
    jest.useFakeTimers({ now: 0 });
    page = Object.assign(new EventTarget(), { hidden: false });
    const window = Object.assign(new EventTarget(), { setTimeout });
    Object.assign(globalThis, { document: page, window });
    ({ startPolling } = (await import(join(CLIENT, 'polling.js'))) as { startPolling: typeof startPolling });
    [asked, more] = [[], true];
  });
  afterEach(() => {
    jest.useRealTimers();
    Reflect.deleteProperty(globalThis, 'document');
    Reflect.deleteProperty(globalThis, 'window');
  });
  const hide = (hidden: boolean) => {
    page.hidden = hidden;
    page.dispatchEvent(new Event('visibilitychange'));
  };

  test('at once, then more and more seldom, at least once a minute', async () => {
    startPolling(ask);
    await jest.advanceTimersByTimeAsync(300_000);
    const pauses = asked.slice(1).map((at, i) => at - asked[i]!);
    expect(asked[0]).toBe(0);
    expect(pauses.slice(0, 3)).toEqual([1_000, 1_500, 2_250]);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.slice(-2)).toEqual([60_000, 60_000]);
  });

  test('not while nobody looks; at once when somebody does again', async () => {
    startPolling(ask);
    await jest.advanceTimersByTimeAsync(100);
    hide(true);
    await jest.advanceTimersByTimeAsync(600_000);
    expect(asked).toEqual([0]);
    hide(false);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked).toEqual([0, 600_100, 601_100]);
  });

  test('no more when there is nothing to wait for, until something is sent', async () => {
    more = false;
    const polling = startPolling(ask);
    await jest.advanceTimersByTimeAsync(100_000);
    expect(asked).toEqual([0]);
    more = true;
    await polling.now();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked).toEqual([0, 100_000, 101_000]);
  });

  test('never twice at the same time, and no more after its end', async () => {
    let running = 0;
    let release = () => {};
    const polling = startPolling(async () => {
      running += 1;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      running -= 1;
      return ask();
    });
    void polling.now();
    void polling.now();
    expect(running).toBe(1);
    release();
    await jest.advanceTimersByTimeAsync(0);
    expect({ running, answered: asked.length }).toEqual({ running: 1, answered: 1 });
    polling.stop();
    release();
    await jest.advanceTimersByTimeAsync(100_000);
    hide(false);
    expect({ running, answered: asked.length }).toEqual({ running: 0, answered: 2 });
  });
});
