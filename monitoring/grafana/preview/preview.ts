import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { findExecutable } from '../../../tests/servers/executable.ts';
import { BadOption, HELP, type Options, readOptions } from './options.ts';
import { serve } from './serve.ts';

const DASHBOARDS = join(import.meta.dirname, '..', 'dashboards');
const FIRST_HEIGHT = 1000;
/** The longest that a panel looks back, and the week before it. */
const HISTORY_DAYS = 40;
const PATIENCE_MS = 90_000;

interface Shown {
  readonly waiting?: () => number;
  readonly failures?: readonly string[];
}

/** What the page says went wrong, once all of its panels have their data and are drawn. */
async function shown(page: Page): Promise<readonly string[]> {
  await page.waitForFunction(() => (window as unknown as Shown).waiting?.() === 0, undefined, {
    timeout: PATIENCE_MS,
  });
  // Two frames: one in which React puts the panels, one in which the canvas is painted.
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let i = 0; i < 2; i += 1) await new Promise((done) => requestAnimationFrame(done));
  });
  return page.evaluate(() => [
    ...((window as unknown as Shown).failures ?? []),
    // What React caught: the panel then shows this in its own place.
    ...[
      ...document.querySelectorAll(
        '[data-testid="data-testid Alert error"], [data-testid*="Panel status error"]',
      ),
    ].map(({ textContent }) => textContent ?? 'a panel could not be drawn'),
  ]);
}

async function draw(options: Options, prometheus: string, from: string, scrape: number): Promise<boolean> {
  const site = await serve(prometheus);
  const browser = await chromium.launch({
    executablePath: findExecutable({ command: 'chromium', debianPackage: 'chromium' }),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const uids = options.dashboards ?? readdirSync(DASHBOARDS).map((file) => file.replace(/\.json$/, ''));
  mkdirSync(options.out, { recursive: true });
  let right = true;
  try {
    for (const uid of uids) {
      for (const theme of options.themes) {
        const page = await browser.newPage({ viewport: { width: options.width, height: FIRST_HEIGHT } });
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(error.message));
        const query = new URLSearchParams({ dashboard: uid, theme, from, scrape: `${scrape}` });
        await page.goto(`${site.url}/?${query}`);
        errors.push(...(await shown(page)));
        // Its whole height at once: a picture that is stitched together has its tooltips and grid twice.
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ width: options.width, height });
        errors.push(...(await shown(page)));
        const file = resolve(options.out, `${uid}-${theme}.png`);
        await page.screenshot({ path: file });
        await page.close();
        console.log(errors.length === 0 ? file : `${file}: ${[...new Set(errors)].join('; ')}`);
        right &&= errors.length === 0;
      }
    }
  } finally {
    await browser.close();
    await site.close();
  }
  return right;
}

async function drawOwn(options: Options): Promise<boolean> {
  // Only this needs the main project's packages.
  const { startObserved } = await import('../../../tests/running/observed.ts');
  console.log('Starting local mode and Prometheus, then playing traffic ...');
  const observed = await startObserved({ name: 'preview', history: HISTORY_DAYS });
  try {
    const seconds = Math.round(options.minutes * 60);
    await observed.play({ messages: seconds * 3, rate: 3 });
    await observed.handle(5);
    await observed.knock(25);
    await observed.play({ messages: 60, rate: 3, seed: 2 });
    const from = options.from ?? `now-${Math.ceil(options.minutes) + 1}m`;
    return await draw(options, observed.prometheus.url, from, options.scrape);
  } finally {
    await observed.close();
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else {
    const right = options.own
      ? await drawOwn(options)
      : await draw(options, options.prometheus, options.from ?? 'now-3h', options.scrape);
    process.exitCode = right ? 0 : 1;
  }
} catch (error) {
  if (!(error instanceof BadOption)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
