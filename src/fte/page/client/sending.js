import { call, newKey } from './api.js';
import { find, make } from './dom.js';
import { fieldErrors } from './field-errors.js';
import { clean } from './fields.js';
import { draftOf, dropDraft, keepDraft } from './memory.js';

/**
 * @typedef {object} Sending
 * @property {string} path
 * @property {string} draft The name that what is typed is kept under.
 * @property {import('./field-errors.js').Checks} checks Of every field.
 * @property {(values: Record<string, string>) => unknown} toBody
 * @property {(data: unknown, values: Record<string, string>) => void} done
 * @property {(outcome: import('./api.js').Outcome) => boolean} [handled] Whether the caller has dealt with it.
 */

const OFFLINE =
  'We could not reach Larkspur. Your text is still here. Please check your connection and send it again; the same text never arrives twice.';
const WAIT = 'Those were too many messages within a minute. Your text is still here; you can send it in';

/** @param {HTMLFormElement} form */
function typed(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} values
 */
function restore(form, values) {
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && control.type === 'radio')
      control.checked = values[control.name] === control.value;
    else if (
      control instanceof HTMLInputElement ||
      control instanceof HTMLTextAreaElement ||
      control instanceof HTMLSelectElement
    )
      control.value = values[control.name] ?? '';
  }
}

/**
 * Makes a form send itself, say what is wrong, and lose nothing.
 *
 * @param {HTMLFormElement} form
 * @param {Sending} sending
 */
export function bindForm(form, { path, draft: name, checks, toBody, done, handled }) {
  const button = find(form, 'button[type=submit]', HTMLButtonElement);
  const notice = find(form, '.notice', HTMLElement);
  const label = button.textContent ?? '';
  const errors = fieldErrors(form, checks);
  let draft = draftOf(name);
  let busy = false;
  restore(form, draft.values);

  const cleaned = () =>
    Object.fromEntries(Object.entries(typed(form)).map(([field, value]) => [field, clean(value)]));

  /** @param {...string} lines */
  const say = (...lines) => notice.replaceChildren(...lines.map((line) => make('p', '', line)));

  /**
   * @param {boolean} locked
   * @param {string} text
   */
  function lock(locked, text) {
    busy = locked;
    // A disabled button would lose the focus that lies on it.
    button.setAttribute('aria-disabled', String(locked));
    button.textContent = text;
  }

  /** @param {number} seconds */
  function wait(seconds) {
    say(`${WAIT} ${seconds} seconds.`);
    const end = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left <= 0) say();
      lock(left > 0, left > 0 ? `Send again in ${left} s` : label);
      if (left > 0 && form.isConnected) setTimeout(tick, 250);
    };
    tick();
  }

  /** @param {readonly import('./api.js').Issue[]} issues */
  function refuse(issues) {
    const elsewhere = issues.filter(({ field, reason }) => !errors.mark(field, `This ${reason}.`));
    say(...elsewhere.map(({ field, reason }) => `${field} ${reason}.`));
    errors.focusFirst();
  }

  /**
   * @param {import('./api.js').Outcome} outcome
   * @param {Record<string, string>} values
   */
  function settle(outcome, values) {
    lock(false, label);
    if (handled?.(outcome)) return;
    if (outcome.kind === 'ok') {
      dropDraft(name);
      draft = draftOf(name);
      form.reset();
      done(outcome.data, values);
    } else if (outcome.kind === 'invalid') refuse(outcome.issues);
    else if (outcome.kind === 'wait') wait(outcome.seconds);
    else if (outcome.kind === 'failed')
      say(outcome.message, ...(outcome.reference === '' ? [] : [`Correlation id: ${outcome.reference}`]));
    else if (outcome.kind === 'offline') say(OFFLINE);
    else say('There is no ticket with this id any more.');
  }

  form.addEventListener('input', () => {
    draft = { ...draft, values: typed(form) };
    keepDraft(name, draft);
    errors.mended(cleaned());
  });

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (busy) return;
    say();
    const values = cleaned();
    if (!errors.check(values)) return;
    const body = toBody(values);
    const content = JSON.stringify(body);
    // What was changed since the last try is another message; the API would keep the first one under the same key.
    if (draft.content !== content) draft = { values: typed(form), key: newKey(), content };
    keepDraft(name, draft);
    lock(true, 'Sending …');
    settle(await call(path, body, draft.key), values);
  });
}
