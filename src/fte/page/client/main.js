import { justSent } from './conversation.js';
import { announce, find, fromTemplate, make, time } from './dom.js';
import { anything, emailAddress, textOf } from './fields.js';
import { forget, forgetAll, isTicketId, remember, rememberedTickets } from './memory.js';
import { bindForm } from './sending.js';
import { openTicket } from './ticket.js';

const ask = find(document, '#ask', HTMLElement);
const ticket = find(document, '#ticket', HTMLElement);
const remembered = find(document, '#remembered', HTMLElement);

/** @param {import('./memory.js').Remembered} one */
function rememberedItem({ id, subject, at }) {
  const link = make('a', '', subject);
  link.href = `#${id}`;
  link.dir = 'auto';
  const button = make('button', 'quiet', 'Forget');
  button.type = 'button';
  button.setAttribute('aria-label', `Forget “${subject}”`);
  button.addEventListener('click', () => {
    forget(id);
    forgotten('The ticket is forgotten.');
  });
  return make('li', '', make('span', 'remembered-ticket', link, time(at)), button);
}

function showRemembered() {
  const tickets = rememberedTickets();
  remembered.hidden = tickets.length === 0;
  find(remembered, 'ul', HTMLElement).replaceChildren(...tickets.map(rememberedItem));
}

/** @param {string} news */
function forgotten(news) {
  showRemembered();
  announce(news);
  // The button that had the focus is gone.
  find(document, remembered.hidden ? '#ask-title' : '#remembered-title', HTMLElement).focus();
}

find(document, '#forget-all', HTMLButtonElement).addEventListener('click', () => {
  forgetAll();
  forgotten('All tickets are forgotten.');
});
// Another tab has changed them.
window.addEventListener('storage', showRemembered);

bindForm(find(document, '#question', HTMLFormElement), {
  path: 'support/submit',
  draft: 'question',
  checks: {
    name: textOf('name'),
    email: emailAddress,
    subject: textOf('subject'),
    message: textOf('message'),
    category: anything,
    priority: anything,
  },
  toBody: (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')),
  done(data, { subject = '', message = '' }) {
    const { ticket_id: id } = /** @type {{ ticket_id: string }} */ (data);
    remember({ id, subject, at: new Date().toISOString() });
    justSent(id, message);
    announce('Your message has been sent. Your answer is on its way.');
    showRemembered();
    // Whoever has gone on to another ticket meanwhile stays there.
    if (location.hash.length < 2) location.hash = id;
  },
});

let close = () => {};

function route() {
  close();
  close = () => {};
  const id = location.hash.slice(1);
  ask.hidden = id !== '';
  ticket.hidden = id === '';
  ticket.replaceChildren();
  if (id === '') {
    document.title = 'Larkspur Support';
    showRemembered();
  } else if (isTicketId(id)) {
    close = openTicket(ticket, id);
  } else {
    ticket.replaceChildren(fromTemplate('missing-template'));
  }
}

route();
window.addEventListener('hashchange', () => {
  route();
  window.scrollTo(0, 0);
  find(document, 'main > :not([hidden]) h1', HTMLElement).focus();
});
