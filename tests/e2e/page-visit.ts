import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { forgetLocalMode, http, type LocalMode, startLocalMode } from '../running/local-mode.ts';
import { startChromium } from '../servers/chromium.ts';

const FAULTS = readFileSync(join(import.meta.dirname, 'page-faults.js'), 'utf8');

export interface VisitOptions extends BrowserContextOptions {
  /** The part of the address from `#` on. */
  readonly hash?: string;
  /** Requests of this visit fail on purpose: Chromium itself reports each of them. */
  readonly failing?: boolean;
  /** What is done to the page before it is opened. */
  readonly before?: (page: Page) => Promise<unknown>;
}

/** Local mode and a browser for the tests of one file, and what they say to both. */
export function openPages(name: string) {
  let local: LocalMode;
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  const trouble: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
    local = await startLocalMode({ name });
  }, 300_000);
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    // The console also reports what the content security policy forbids.
    expect(trouble.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await local?.kill();
    forgetLocalMode(name);
  });

  return {
    url: () => local.url,

    /** The page, opened by somebody who was never there before. */
    async visit({ hash = '', failing = false, before, ...options }: VisitOptions = {}): Promise<Page> {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      page.on('pageerror', (error) => trouble.push(String(error)));
      page.on('dialog', (dialog) => trouble.push(`a dialog: ${dialog.message()}`));
      page.on('console', (message) => {
        if (!failing || !message.text().startsWith('Failed to load resource')) trouble.push(message.text());
      });
      await before?.(page);
      await page.goto(`${local.url}/${hash}`);
      return page;
    },

    /** Sends a form past the page; the id of its ticket. */
    submitted: async (form: FormFields): Promise<string> =>
      (await http('POST', `${local.url}/support/submit`, form)).json.ticket_id,
    ticketOf: async (id: string) => (await http('GET', `${local.url}/support/ticket/${id}`)).json,
  };
}

/** What of the page's present state would keep somebody from reading or using it. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  const { faults, texts } = (await page.evaluate(FAULTS)) as { faults: string[]; texts: number };
  if (texts < 5) throw new Error(`only ${texts} texts were looked at`);
  return faults;
}

export interface FormFields {
  readonly name: string;
  readonly email: string;
  readonly subject: string;
  readonly message: string;
}

/** The parts of the page as a person finds them: by what they are called. */
export const parts = (page: Page) => ({
  field: (label: string) => page.getByLabel(label),
  send: page.getByRole('button', { name: /^Send (?:message|again)/ }),
  sendMore: page.getByRole('button', { name: 'Send', exact: true }),
  sendRating: page.getByRole('button', { name: 'Send rating' }),
  title: page.getByRole('heading', { level: 1 }),
  status: page.locator('.status'),
  alert: page.getByRole('alert').filter({ hasText: /./ }),
  own: page.locator('.from-customer .text'),
  answers: page.locator('.message:not(.from-customer) .text'),
  live: page.locator('#live'),
  id: async () => (await page.locator('.id').textContent()) ?? '',

  async fill({ name, email, subject, message }: FormFields): Promise<void> {
    await page.getByLabel('Your name').fill(name);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Subject').fill(subject);
    await page.getByLabel('Your message').fill(message);
  },
});

/** What has the focus: its id, or its name, and whether one can see that it has it. */
export async function focused(page: Page): Promise<{ readonly name: string; readonly visible: boolean }> {
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element.type === 'radio' ? element.nextElementSibling : element);
    return {
      name: element.id || element.name || element.textContent.trim(),
      visible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
  })()`);
}
