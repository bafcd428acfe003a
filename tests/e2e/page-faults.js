// Runs inside the page: what of its present state would keep somebody from reading or using it.
(() => {
  const LEAST_CONTRAST = 4.5;
  const faults = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (element) =>
    `${element.tagName.toLowerCase()}${element.id && `#${element.id}`}.${[...element.classList].join('.')}`;

  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = numbers(color)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    const [, , , alpha = 1] = numbers(color);
    return alpha === 1 || element.parentElement === null ? color : backgroundOf(element.parentElement);
  };
  const contrast = (element) => {
    const [low, high] = [getComputedStyle(element).color, backgroundOf(element)]
      .map(luminance)
      .sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };

  const holdsText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
  const all = [...document.body.querySelectorAll('*')].filter(shown);
  const texts = all.filter((element) => holdsText(element) || element.matches('input, textarea, select'));
  for (const element of texts) {
    const ratio = contrast(element);
    if (ratio < LEAST_CONTRAST) faults.push(`contrast ${ratio.toFixed(2)}: ${name(element)}`);
  }

  const controls = all.filter((element) => element.matches('input, textarea, select, button, a'));
  for (const control of controls) {
    const labels = [...(control.labels ?? [])].map(({ textContent }) => textContent).join('');
    if (!(labels || control.getAttribute('aria-label') || control.textContent).trim())
      faults.push(`without a name: ${name(control)}`);
    if (control.tabIndex < 0) faults.push(`out of the keyboard's reach: ${name(control)}`);
  }
  for (const element of all) {
    for (const attribute of ['aria-describedby', 'aria-labelledby', 'for']) {
      for (const id of element.getAttribute(attribute)?.split(' ') ?? []) {
        if (document.querySelectorAll(`#${id}`).length !== 1)
          faults.push(`${attribute} of ${name(element)}: ${id}`);
      }
    }
  }

  const levels = all
    .filter((element) => element.matches('h1, h2, h3'))
    .map(({ tagName }) => Number(tagName[1]));
  if (levels[0] !== 1 || levels.filter((level) => level === 1).length !== 1) faults.push(`h1: ${levels}`);
  if (levels.some((level, i) => level > (levels[i - 1] ?? 0) + 1)) faults.push(`headings: ${levels}`);
  if (document.documentElement.lang !== 'en' || document.title === '') faults.push('no language or title');
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main part');

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`${scrollWidth} px wide in a window of ${clientWidth} px`);
  return { faults, texts: texts.length };
})();
