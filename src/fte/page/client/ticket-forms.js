import { ticketPath } from './api.js';
import { find } from './dom.js';
import { score, textOf } from './fields.js';
import { bindForm } from './sending.js';

/**
 * @param {HTMLElement} article
 * @param {string} id
 * @param {(text: string) => void} sent
 */
export function bindFollowUp(article, id, sent) {
  bindForm(find(article, '.follow-up', HTMLFormElement), {
    path: `${ticketPath(id)}/messages`,
    draft: `follow-up.${id}`,
    checks: { message: textOf('followUp') },
    toBody: ({ message }) => ({ message }),
    done: (_, { message = '' }) => sent(message),
  });
}

/**
 * @param {HTMLElement} article
 * @param {string} id
 * @param {(rating: number | undefined) => void} rated Without a number when it had been rated before.
 */
export function bindRating(article, id, rated) {
  bindForm(find(article, '.rating', HTMLFormElement), {
    path: `${ticketPath(id)}/feedback`,
    draft: `rating.${id}`,
    checks: { rating: score, comment: textOf('comment') },
    toBody: ({ rating, comment }) => ({ rating: Number(rating), ...(comment !== '' && { comment }) }),
    done: (_, { rating }) => rated(Number(rating)),
    handled(outcome) {
      if (outcome.kind !== 'conflict') return false;
      rated(undefined);
      return true;
    },
  });
}

/**
 * @param {HTMLElement} article
 * @param {string} id
 */
export function bindCopying(article, id) {
  find(article, '.id', HTMLElement).textContent = id;
  const button = find(article, '.copy', HTMLButtonElement);
  // Browsers offer no clipboard to pages that did not come over HTTPS.
  button.hidden = navigator.clipboard === undefined;
  button.addEventListener('click', async () => {
    const { href } = new URL(`#${id}`, location.href);
    button.textContent = await navigator.clipboard.writeText(href).then(
      () => 'Copied',
      () => 'Not copied',
    );
  });
}
