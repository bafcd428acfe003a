import { find, make, time } from './dom.js';

/** @typedef {import('./api.js').Ticket} Ticket */
/** @typedef {import('./api.js').Message} Message */
/** @typedef {{ text: string, at: string, known: number }} Unseen */

const AUTHORS = { customer: 'You', employee: 'Larkspur assistant', person: 'Larkspur team' };
const STATUS = {
  open: 'Received',
  in_progress: 'With our team',
  escalated: 'With our team',
  resolved: 'Solved',
  closed: 'Closed',
};

/** What was sent from here and has not come back in a ticket yet. @type {Map<string, Unseen[]>} */
const unseen = new Map();

/** @param {Ticket | undefined} ticket */
function customersIn(ticket) {
  return ticket?.messages.filter(({ from }) => from === 'customer') ?? [];
}

/**
 * @param {string} id
 * @param {string} text
 * @param {Ticket} [ticket] As it was when the text was sent.
 */
export function justSent(id, text, ticket) {
  const message = { text, at: new Date().toISOString(), known: customersIn(ticket).length };
  unseen.set(id, [...(unseen.get(id) ?? []), message]);
}

/** @param {string} id */
export function hasUnseen(id) {
  return (unseen.get(id) ?? []).length > 0;
}

/**
 * The ticket's messages, and what was sent from here after them.
 *
 * @param {string} id
 * @param {Ticket} ticket
 * @returns {readonly Message[]}
 */
export function messagesOf(id, ticket) {
  const customers = customersIn(ticket);
  const left = (unseen.get(id) ?? []).filter(
    ({ text, known }) => !customers.slice(known).some((message) => message.text === text),
  );
  unseen.set(id, left);
  return [
    ...ticket.messages,
    ...left.map(({ text, at }) => ({ from: /** @type {const} */ ('customer'), text, at })),
  ];
}

/** @param {readonly Message[]} messages */
export function answersIn(messages) {
  return messages.filter(({ from }) => from !== 'customer');
}

/**
 * @param {Ticket} ticket
 * @param {readonly Message[]} messages
 */
export function statusOf({ status }, messages) {
  return status === 'open' && answersIn(messages).length > 0 ? 'Answered' : STATUS[status];
}

/**
 * @param {HTMLElement} article
 * @param {readonly Message[]} messages
 */
export function showMessages(article, messages) {
  const items = messages.map(({ from, text, at }) => {
    const words = make('p', 'text', text);
    // Customers write in many languages; each message says by itself which way it runs.
    words.dir = 'auto';
    return make(
      'li',
      `message from-${from}`,
      make('p', 'who', make('b', '', AUTHORS[from]), ' ', time(at)),
      words,
    );
  });
  find(article, '.messages', HTMLElement).replaceChildren(...items);
}
