/** @typedef {Record<string, import('./fields.js').Check>} Checks By the fields' names. */

/**
 * What is wrong with a form's fields, said beside each of them.
 *
 * @param {HTMLFormElement} form
 * @param {Checks} checks
 */
export function fieldErrors(form, checks) {
  /** @param {string} name */
  const controlsOf = (name) => [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];

  /**
   * @param {string} name
   * @param {string} reason Nothing when the field is right.
   * @returns {boolean} Whether the form has such a field.
   */
  function mark(name, reason) {
    const controls = controlsOf(name);
    const place = form.querySelector(`#${CSS.escape(controls[0]?.id || name)}-error`);
    if (place === null) return false;
    place.textContent = reason;
    for (const control of controls) {
      if (reason === '') control.removeAttribute('aria-invalid');
      else control.setAttribute('aria-invalid', 'true');
    }
    return true;
  }

  function focusFirst() {
    const first = form.querySelector('[aria-invalid]');
    if (first instanceof HTMLElement) first.focus();
  }

  return {
    mark,
    focusFirst,

    /**
     * @param {Record<string, string>} values
     * @returns {boolean} Whether all is right.
     */
    check(values) {
      const reasons = Object.entries(checks).map(([name, check]) => {
        const reason = check(values[name] ?? '');
        mark(name, reason);
        return reason;
      });
      focusFirst();
      return reasons.every((reason) => reason === '');
    },

    /**
     * A fault goes away while it is being mended; a new one is only shown when the form is sent.
     *
     * @param {Record<string, string>} values
     */
    mended(values) {
      for (const [name, check] of Object.entries(checks)) {
        if (controlsOf(name)[0]?.hasAttribute('aria-invalid') && check(values[name] ?? '') === '')
          mark(name, '');
      }
    },
  };
}
