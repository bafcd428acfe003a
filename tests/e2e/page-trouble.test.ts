/** The form's page in a real browser when something is wrong: with what is typed, the network, the API. */
import type { Request } from 'playwright-core';
import { questionOf } from '../running/form.ts';
import { until } from '../running/until.ts';
import { describeReal } from '../servers/skipping.ts';
import { focused, openPages, parts } from './page-visit.ts';

const SUBMIT = '**/support/submit';
const keysOf = (requests: readonly Request[]) =>
  requests.map((request) => request.headers()['idempotency-key']);

describeReal('the page in trouble', () => {
  const { visit, url, submitted } = openPages('e2e-page-trouble');

  test('what is wrong stands beside its field, and goes away when it is mended', async () => {
    let requests = 0;
    const page = await visit();
    page.on('request', () => {
      requests += 1;
    });
    const { field, send } = parts(page);
    await field('Your name').fill('A');
    await field('Your message').fill('x'.repeat(5001));
    await send.click();
    expect((await focused(page)).name).toBe('name');
    const errors = await page.locator('.error').allTextContents();
    expect(errors.slice(0, 4)).toEqual([
      'Please write at least 2 characters.',
      'Please fill this in.',
      'Please fill this in.',
      'Please write at most 5,000 characters; these are 5,001.',
    ]);
    for (const label of ['Your name', 'E-mail address', 'Subject', 'Your message']) {
      expect(await field(label).getAttribute('aria-invalid')).toBe('true');
      const described = (await field(label).getAttribute('aria-describedby')) ?? '';
      expect(await page.locator(`#${described.split(' ').at(-1)}`).textContent()).toMatch(/^Please/);
    }
    await field('Your name').pressSequentially('da');
    expect(await page.locator('#name-error').textContent()).toBe('');
    expect(await field('Your name').getAttribute('aria-invalid')).toBeNull();
    await field('E-mail address').fill('ada@');
    await send.click();
    expect((await focused(page)).name).toBe('email');
    expect(await page.locator('#email-error').textContent()).toContain('name@example.com');
    expect(requests).toBe(0);
  });

  test('what only the API refuses stands there too', async () => {
    const page = await visit({ failing: true });
    const issues = [
      { field: 'subject', reason: 'must rhyme' },
      { field: 'moon', reason: 'must be full' },
    ];
    await page.route(SUBMIT, (route) => route.fulfill({ status: 422, json: { error: { issues } } }));
    const { fill, send, alert } = parts(page);
    await fill(questionOf());
    await send.click();
    await page.locator('#subject-error', { hasText: 'This must rhyme.' }).waitFor();
    expect(await alert.textContent()).toBe('moon must be full.');
    expect((await focused(page)).name).toBe('subject');
  });

  test('a lost answer: nothing typed is lost, even in a reload, and there is one ticket', async () => {
    const page = await visit({ failing: true });
    const sent: Request[] = [];
    const ids: string[] = [];
    await page.route(SUBMIT, async (route) => {
      sent.push(route.request());
      const { ticket_id } = await (await route.fetch()).json();
      ids.push(ticket_id);
      if (ids.length < 3) await route.abort();
      else await route.continue();
    });
    const { fill, field, send, alert, title, id } = parts(page);
    const form = questionOf();
    await fill(form);
    await send.click();
    await alert.filter({ hasText: 'We could not reach Larkspur. Your text is still here.' }).waitFor();
    await send.click();
    await until('the second try', () => ids.length === 2);
    await page.reload();
    expect(await field('Your message').inputValue()).toBe(form.message);
    await send.click();
    await title.filter({ hasText: form.subject }).waitFor();
    expect(new Set([...ids, await id()]).size).toBe(1);
    expect(new Set(keysOf(sent)).size).toBe(1);
    // Sent, it is no draft any more.
    await page.goto(url());
    expect(await field('Your message').inputValue()).toBe('');
  });

  test('changed after a lost try, it is another message', async () => {
    const page = await visit({ failing: true });
    const sent: Request[] = [];
    page.on('request', (request) => void (request.method() === 'POST' && sent.push(request)));
    const { fill, field, send, alert, title } = parts(page);
    await fill(questionOf());
    await page.context().setOffline(true);
    await send.click();
    await alert.waitFor();
    await page.context().setOffline(false);
    await field('Your message').fill('How can I swap a shift with Grace, please?');
    await send.click();
    await title.filter({ hasText: 'Swapping a shift' }).waitFor();
    expect(new Set(keysOf(sent)).size).toBe(2);
  });

  test('too many messages: how long to wait is said, and counted down', async () => {
    const page = await visit({ failing: true, before: (fresh) => fresh.clock.install() });
    const form = questionOf();
    // More than needed: the end of a clock's minute lets a few more through.
    await Promise.all(Array.from({ length: 12 }, () => submitted(form)));
    const { fill, field, send, alert } = parts(page);
    await fill(form);
    await send.click();
    await alert.filter({ hasText: 'you can send it in 60 seconds' }).waitFor();
    await send.filter({ hasText: /^Send again in (?:60|5\d|4\d) s$/ }).waitFor();
    await page.clock.fastForward(30_000);
    await send.filter({ hasText: /^Send again in (?:30|[12]?\d) s$/ }).waitFor();
    expect(await send.getAttribute('aria-disabled')).toBe('true');
    await page.clock.fastForward(31_000);
    await send.filter({ hasText: 'Send message' }).waitFor();
    expect(await alert.count()).toBe(0);
    expect(await field('Your message').inputValue()).toBe(form.message);
  });

  test('an unexpected error shows the correlation id', async () => {
    const page = await visit({ failing: true });
    const json = {
      error: { code: 'FTE_INTERNAL', message: 'Something went wrong.' },
      correlation_id: 'cid-7',
    };
    await page.route(SUBMIT, (route) => route.fulfill({ status: 500, json }));
    const { fill, field, send, alert } = parts(page);
    await fill(questionOf());
    await send.click();
    await alert.filter({ hasText: 'Something went wrong.Correlation id: cid-7' }).waitFor();
    await page.unroute(SUBMIT);
    // A gateway's own answer has neither JSON nor a code.
    await page.route(SUBMIT, (route) =>
      route.fulfill({ status: 502, body: '<h1>Bad', headers: { 'x-correlation-id': 'cid-8' } }),
    );
    await send.click();
    await alert
      .filter({ hasText: 'Something went wrong on our side. Please try again.Correlation id: cid-8' })
      .waitFor();
    expect(await field('Subject').inputValue()).not.toBe('');
  });

  test('a connection that comes and goes only delays what is shown', async () => {
    const id = await submitted(questionOf());
    const page = await visit({
      failing: true,
      hash: `#${id}`,
      before: (fresh) => fresh.route('**/support/ticket/**', (route) => route.abort()),
    });
    const { answers } = parts(page);
    await page.getByText('We can not reach this ticket right now and keep trying.').waitFor();
    await page.unroute('**/support/ticket/**');
    await answers.first().waitFor();
    expect(await page.locator('.trouble').isVisible()).toBe(false);
  });

  test('it works where the browser keeps nothing, and says so where it runs no scripts', async () => {
    const page = await visit({
      before: (fresh) => fresh.addInitScript('Storage.prototype.setItem = () => { throw new Error("no"); }'),
    });
    const { fill, send, answers } = parts(page);
    await fill(questionOf());
    await send.click();
    await answers.first().waitFor();
    await page.getByRole('link', { name: 'New message' }).click();
    await page.getByRole('link', { name: 'Swapping a shift' }).waitFor();
    const plain = await visit({ javaScriptEnabled: false });
    expect(await plain.locator('main').innerText()).toMatch(/^This page needs JavaScript .{0,80}$/);
  });
});
