/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(root, selector, type) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${selector}.`);
  return found;
}

/**
 * Whatever people wrote goes through here as text, never as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

/** @param {string} id */
export function fromTemplate(id) {
  return document.importNode(find(document, `#${id}`, HTMLTemplateElement).content, true);
}

/**
 * Tells users of screen readers what the others see.
 *
 * @param {string} text
 */
export function announce(text) {
  find(document, '#live', HTMLElement).replaceChildren(make('p', '', text));
}

/** @param {string} at ISO 8601 */
export function time(at) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const element = make('time', '');
  element.dateTime = at;
  element.textContent = date.toLocaleString(
    'en',
    today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
  );
  return element;
}
