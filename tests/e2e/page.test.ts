/** The form's page in a real browser, against local mode, used as people use it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { questionOf, refundOf } from '../running/form.ts';
import { http } from '../running/local-mode.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { until } from '../running/until.ts';
import { describeReal } from '../servers/skipping.ts';
import { faultsOf, focused, openPages, parts } from './page-visit.ts';

const SCREENSHOTS = join(ROOT, '.local/screenshots');
const SUBMIT = '**/support/submit';
const OPERATOR = { 'x-api-key': 'local-operator-key' };

describeReal('the page', () => {
  const { visit, url, submitted, ticketOf } = openPages('e2e-page');

  test('a question, its answer, a further message and a rating', async () => {
    const page = await visit();
    const { fill, field, send, sendMore, sendRating, title, status, own, answers, live, id } = parts(page);
    const form = questionOf();
    await fill(form);
    await field('Topic').selectOption('Technical problem');
    const [sent] = await Promise.all([page.waitForRequest(SUBMIT), send.click()]);
    expect(sent.postDataJSON()).toEqual({ ...form, category: 'technical' });

    await title.filter({ hasText: form.subject }).waitFor();
    expect((await focused(page)).name).toBe('ticket-title');
    expect(page.url()).toBe(`${url()}/#${await id()}`);
    await live.filter({ hasText: 'New answer: Hi Ada Lovelace' }).waitFor();
    expect(await live.getAttribute('aria-live')).toBe('polite');
    expect(await own.allTextContents()).toEqual([form.message]);
    expect(await answers.count()).toBe(1);
    expect(await status.textContent()).toBe('Answered');

    await field('Add a message').fill('Thank you!');
    await sendMore.click();
    await live.filter({ hasText: 'You are welcome' }).waitFor();
    expect(await own.allTextContents()).toEqual([form.message, 'Thank you!']);
    expect(await field('Add a message').inputValue()).toBe('');

    await sendRating.click();
    await page.getByText('Please choose a number from 1 to 5.').waitFor();
    await page.getByRole('radio', { name: '4' }).click();
    await field('Comment').fill('Quick.');
    await sendRating.click();
    await page.getByText('You gave this ticket 4').waitFor();
    await status.filter({ hasText: 'Solved' }).waitFor();
    expect(await ticketOf(await id())).toMatchObject({ status: 'resolved', rating: 4 });
    expect(await sendRating.count()).toBe(0);
  });

  test('a person answers while the page is open', async () => {
    const page = await visit();
    const { fill, send, status, answers, live, id } = parts(page);
    await fill(refundOf());
    await send.click();
    await answers.first().waitFor();
    await status.filter({ hasText: 'With our team' }).waitFor();
    await page.getByText('A member of our team will answer here. You need not wait').waitFor();
    const operator = `${url()}/support/ticket/${await id()}`;
    await http('POST', `${operator}/reply`, { message: 'The second charge is on its way back.' }, OPERATOR);
    await live.filter({ hasText: 'New answer: The second charge is on its way back.' }).waitFor();
    expect(await page.locator('.from-person .who b').textContent()).toBe('Larkspur team');
  });

  test('HTML in any text is text', async () => {
    const evil = (n: number) => `<img src=x onerror=alert(${n})><script>alert(${n})</script><b>bold</b>`;
    const page = await visit();
    const { fill, send, title, own, answers, id } = parts(page);
    const { email } = questionOf();
    await fill({ name: evil(1), email, subject: evil(2), message: `I want a refund. ${evil(3)}` });
    await send.click();
    await title.filter({ hasText: evil(2) }).waitFor();
    await answers.first().waitFor();
    const operator = `${url()}/support/ticket/${await id()}/reply`;
    expect((await http('POST', operator, { message: evil(4) }, OPERATOR)).status).toBe(202);
    await answers.nth(1).waitFor();
    expect(await answers.nth(1).textContent()).toContain(evil(4));
    expect(await own.textContent()).toContain(evil(3));
    await page.getByRole('link', { name: 'New message' }).click();
    await page.getByRole('link', { name: evil(2) }).waitFor();
    expect(await page.locator('img, main script, main b:not(.who b)').count()).toBe(0);
  });

  test('this browser remembers tickets until it is told to forget them', async () => {
    const page = await visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    const { fill, send, title, id } = parts(page);
    const link = (name: string) => page.getByRole('link', { name });
    for (const subject of ['The first thing', 'The second thing', 'The third thing']) {
      await fill(questionOf({ subject }));
      await send.click();
      await title.filter({ hasText: subject }).waitFor();
      await link('New message').click();
      await link(subject).waitFor();
    }
    await page.reload();
    await link('The first thing').click();
    await title.filter({ hasText: 'The first thing' }).waitFor();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${url()}/#${await id()}`);
    await page.goBack();
    await page.getByRole('button', { name: 'Forget “The second thing”' }).click();
    expect((await focused(page)).name).toBe('remembered-title');
    expect(await page.locator('#remembered a').allTextContents()).toEqual([
      'The third thing',
      'The first thing',
    ]);
    await page.getByRole('button', { name: 'Forget all' }).click();
    expect((await focused(page)).name).toBe('ask-title');
    expect(await page.locator('#remembered').isVisible()).toBe(false);
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
  });

  test("a ticket's address works in any browser, and says when there is no such ticket", async () => {
    const form = questionOf();
    const id = await submitted(form);
    await until('the answer', async () => (await ticketOf(id)).messages.length === 2);
    const page = await visit({ failing: true, hash: `#${id}` });
    const { title, own, answers, live } = parts(page);
    await answers.first().waitFor();
    expect(await title.textContent()).toBe(form.subject);
    expect(await own.textContent()).toBe(form.message);
    // What the page was opened with is no news.
    expect(await live.textContent()).toBe('');
    for (const hash of [`#tkt_${'0'.repeat(32)}`, '#tkt_1', '#%00<b>']) {
      await page.goto(`${url()}/${hash}`);
      await title.filter({ hasText: 'There is no such ticket' }).waitFor();
      await page.getByRole('link', { name: 'Write a new message' }).click();
      await title.filter({ hasText: 'How can we help?' }).waitFor();
    }
    expect(await page.locator('#remembered').isVisible()).toBe(false);
  });

  test('all of it by keyboard, and one always sees where one is', async () => {
    const page = await visit();
    const { sendRating, title, answers } = parts(page);
    const { name, email, subject, message } = questionOf();
    const tab = async (expected: string) => {
      await page.keyboard.press('Tab');
      expect(await focused(page)).toEqual({ name: expected, visible: true });
    };
    await tab('Larkspur Support');
    for (const [label, text] of Object.entries({ name, email, subject, message })) {
      await tab(label);
      await page.keyboard.type(text);
    }
    await tab('category');
    await tab('priority');
    await tab('Send message');
    await page.keyboard.press('Enter');
    await title.filter({ hasText: subject }).waitFor();
    await answers.first().waitFor();
    await tab('Copy link');
    await tab('follow-up');
    await page.keyboard.type('Thank you!');
    await tab('Send');
    await page.keyboard.press('Space');
    await answers.nth(1).waitFor();
    await tab('rating');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('radio', { checked: true }).getAttribute('value')).toBe('3');
    await tab('comment');
    await tab('Send rating');
    await page.keyboard.press('Enter');
    await page.getByText('You gave this ticket 3').waitFor();
    expect((await focused(page)).name).toMatch(/^Thank you/);
    expect(await sendRating.count()).toBe(0);
  });

  test('the longest words fit on the smallest phone', async () => {
    const page = await visit({ viewport: { width: 320, height: 640 } });
    const { fill, send, own } = parts(page);
    await fill(questionOf({ name: 'n'.repeat(200), subject: 's'.repeat(200), message: 'm'.repeat(5000) }));
    await send.click();
    await own.waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'New message' }).click();
    await page.getByRole('link', { name: 's'.repeat(200) }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  beforeAll(() => mkdirSync(SCREENSHOTS, { recursive: true }));
  const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };
  test.each(
    (['phone', 'desktop'] as const).flatMap((size) =>
      (['light', 'dark'] as const).map((scheme) => ({ size, scheme })),
    ),
  )('it can be read and used: $size, $scheme', async ({ size, scheme }) => {
    const page = await visit({
      viewport: SIZES[size],
      colorScheme: scheme,
      reducedMotion: 'reduce',
      failing: true,
    });
    const { fill, field, send, sendMore, sendRating, status, alert, answers } = parts(page);
    const look = async (state: string) => {
      expect({ state, faults: await faultsOf(page) }).toEqual({ state, faults: [] });
      await page.screenshot({ path: join(SCREENSHOTS, `${size}-${scheme}-${state}.png`), fullPage: true });
    };
    await look('empty');
    await field('E-mail address').fill('nobody');
    await send.click();
    await look('errors');
    await fill(questionOf());
    await page.context().setOffline(true);
    await send.click();
    await alert.waitFor();
    await look('offline');
    await page.context().setOffline(false);
    await send.click();
    await answers.first().waitFor();
    await look('answered');
    await field('Add a message').fill('Thank you!');
    await sendMore.click();
    await answers.nth(1).waitFor();
    await page.getByRole('radio', { name: '5' }).click();
    await look('rating');
    await sendRating.click();
    await status.filter({ hasText: 'Solved' }).waitFor();
    await look('rated');
    await page.getByRole('link', { name: 'New message' }).click();
    await page.getByRole('heading', { name: 'Your tickets' }).waitFor();
    await look('remembered');
  });
});
