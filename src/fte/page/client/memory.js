const TICKETS = 'larkspur.tickets';
const DRAFT = 'larkspur.draft.';
const MOST_TICKETS = 20;

/** @typedef {{ id: string, subject: string, at: string }} Remembered */
/** @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} Kept */
/** @typedef {{ values: Record<string, string>, key: string, content: string }} Draft */

/**
 * The browser's storage, or one as short-lived as this page where it is switched off.
 *
 * @param {'localStorage' | 'sessionStorage'} name
 * @returns {Kept}
 */
function storage(name) {
  try {
    window[name].setItem('larkspur.probe', '');
    window[name].removeItem('larkspur.probe');
    return window[name];
  } catch {
    /** @type {Map<string, string>} */
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    };
  }
}
const local = storage('localStorage');
const session = storage('sessionStorage');

/**
 * @param {Kept} from
 * @param {string} name
 */
function read(from, name) {
  try {
    return JSON.parse(from.getItem(name) ?? 'null');
  } catch {
    return null;
  }
}

/**
 * @param {Kept} to
 * @param {string} name
 * @param {unknown} value
 */
function write(to, name, value) {
  try {
    to.setItem(name, JSON.stringify(value));
  } catch {
    // It is full. The page works without.
  }
}

/** @param {string} id */
export function isTicketId(id) {
  return /^tkt_[0-9a-f]{32}$/.test(id);
}

/**
 * Anything on this origin may have written there.
 *
 * @returns {readonly Remembered[]}
 */
export function rememberedTickets() {
  const found = read(local, TICKETS);
  if (!Array.isArray(found)) return [];
  return found.filter(
    (one) => isTicketId(one?.id) && typeof one.subject === 'string' && !Number.isNaN(Date.parse(one.at)),
  );
}

/** @param {Remembered} ticket */
export function remember(ticket) {
  const others = rememberedTickets().filter(({ id }) => id !== ticket.id);
  write(local, TICKETS, [ticket, ...others].slice(0, MOST_TICKETS));
}

/** @param {string} id */
export function forget(id) {
  write(
    local,
    TICKETS,
    rememberedTickets().filter((one) => one.id !== id),
  );
}

export function forgetAll() {
  local.removeItem(TICKETS);
}

/**
 * Drafts live as long as the tab: a reload loses no text, and a shared computer keeps none.
 *
 * @param {string} name
 * @returns {Draft}
 */
export function draftOf(name) {
  const found = read(session, DRAFT + name);
  return { values: found?.values ?? {}, key: found?.key ?? '', content: found?.content ?? '' };
}

/**
 * @param {string} name
 * @param {Draft} draft
 */
export function keepDraft(name, draft) {
  write(session, DRAFT + name, draft);
}

/** @param {string} name */
export function dropDraft(name) {
  session.removeItem(DRAFT + name);
}
