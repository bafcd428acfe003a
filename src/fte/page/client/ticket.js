import { call, ticketPath } from './api.js';
import { answersIn, hasUnseen, justSent, messagesOf, showMessages, statusOf } from './conversation.js';
import { announce, find, fromTemplate } from './dom.js';
import { forget, rememberedTickets } from './memory.js';
import { startPolling } from './polling.js';
import { bindCopying, bindFollowUp, bindRating } from './ticket-forms.js';

/** @typedef {import('./api.js').Ticket} Ticket */

const LONG_WAIT_MS = 60_000;
const WAITING = 'Your answer is on its way.';
const WAITING_LONG =
  'This takes longer than usual. You need not wait: the answer will be here when you come back to this page.';
const WITH_TEAM =
  'A member of our team will answer here. You need not wait: come back to this page whenever you like.';

/**
 * What is known of a ticket before the API has said anything.
 *
 * @param {string} id
 * @returns {Ticket}
 */
function unread(id) {
  const subject = rememberedTickets().find((one) => one.id === id)?.subject;
  return { ticket_id: id, status: 'open', messages: [], ...(subject !== undefined && { subject }) };
}

/**
 * Shows a ticket and keeps it up to date.
 *
 * @param {HTMLElement} host
 * @param {string} id
 * @returns {() => void} Ends it.
 */
export function openTicket(host, id) {
  host.replaceChildren(fromTemplate('ticket-template'));
  const article = find(host, 'article', HTMLElement);
  /** @param {string} selector */
  const part = (selector) => find(article, selector, HTMLElement);
  let ticket = unread(id);
  let shown = '';
  let closed = false;
  let waitingSince = Date.now();
  /** What a page is opened with is no news; what comes after it is. @type {number | undefined} */
  let answers = hasUnseen(id) ? 0 : undefined;

  /** @param {boolean} waiting */
  function showWaiting(waiting) {
    if (!waiting) waitingSince = Date.now();
    const withTeam = ticket.status === 'escalated' || ticket.status === 'in_progress';
    part('.waiting').hidden = !waiting && !withTeam;
    part('.dots').hidden = !waiting;
    const long = Date.now() - waitingSince > LONG_WAIT_MS;
    part('.waiting-text').textContent = !waiting ? WITH_TEAM : long ? WAITING_LONG : WAITING;
  }

  /**
   * @param {Ticket} fresh
   * @returns {boolean} Whether an answer is due.
   */
  function show(fresh) {
    ticket = fresh;
    const messages = messagesOf(id, ticket);
    const waiting = messages.at(-1)?.from === 'customer' || messages.length === 0;
    showWaiting(waiting);
    part('#ticket-title').textContent = ticket.subject ?? 'Your ticket';
    document.title = `${ticket.subject ?? 'Your ticket'} · Larkspur Support`;
    part('.status').textContent = statusOf(ticket, messages);
    // What has not changed stays as it is, and with it what somebody has selected in it.
    const content = JSON.stringify(messages);
    if (content !== shown) showMessages(article, messages);
    shown = content;

    const answered = answersIn(messages);
    const news = answers === undefined ? [] : answered.slice(answers);
    if (news.length > 0) announce(`New answer: ${news.map(({ text }) => text).join('\n')}`);
    answers = answered.length;

    part('.rating').hidden = answered.length === 0 || ticket.rating !== undefined;
    part('.rated').hidden = ticket.rating === undefined;
    part('.rated').textContent = `Thank you. You gave this ticket ${ticket.rating}\u00a0of\u00a05.`;
    return waiting;
  }

  async function ask() {
    const outcome = await call(ticketPath(id));
    if (closed) return false;
    if (outcome.kind === 'missing') {
      forget(id);
      host.replaceChildren(fromTemplate('missing-template'));
      find(host, 'h1', HTMLElement).focus();
      return false;
    }
    const trouble = part('.trouble');
    trouble.hidden = outcome.kind === 'ok';
    if (outcome.kind === 'ok') {
      const waiting = show(/** @type {Ticket} */ (outcome.data));
      if (ticket.status === 'closed') forget(id);
      return waiting || ticket.status !== 'closed';
    }
    const reference = outcome.kind === 'failed' ? outcome.reference : '';
    trouble.textContent = `We can not reach this ticket right now and keep trying.${reference && ` Correlation id: ${reference}`}`;
    return true;
  }

  bindCopying(article, id);
  bindFollowUp(article, id, (text) => {
    justSent(id, text, ticket);
    show(ticket);
    announce('Your message has been sent. Your answer is on its way.');
    void polling.now();
  });
  bindRating(article, id, (rating) => {
    if (rating !== undefined) {
      show({ ...ticket, rating });
      part('.rated').focus();
    }
    void polling.now();
  });
  if (hasUnseen(id)) show(ticket);
  const polling = startPolling(ask);
  return () => {
    closed = true;
    polling.stop();
  };
}
