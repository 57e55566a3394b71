// Elements, numbers and formulas on the page.
import { isGiven } from './patch.js';

/** Describes an element: h('p', {class: 'dim', onclick: f, '--share': 0.5}, 'text', child). Nulls and false are left out. patch() shows it, make() makes it. */
export const h = (tag, given, ...children) => describe('http://www.w3.org/1999/xhtml', tag, given, children);

/** The same for SVG. */
export const s = (tag, given, ...children) => describe('http://www.w3.org/2000/svg', tag, given, children);

/** Describes a node that is left alone as long as its name stays the same. */
const still = (name, make) => ({ still: name, given: {}, make });

const describe = (space, tag, given, children) => ({ space, tag, given: given ?? {}, children: children.flat(3).filter(isGiven) });

export const isFinite = (x) => typeof x === 'number' && Number.isFinite(x);

/** A number as it is read: six significant digits, − for minus, ∞, NaN. */
export function number(x, digits = 6) {
  if (!isFinite(x)) return odd(x);
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (size >= 1e-4 && size < 1e7) return sign(x) + tidy(size.toPrecision(size >= 1e6 ? 7 : digits));
  const [mantissa, exponent] = size.toExponential(Math.max(1, digits - 3)).split('e');
  return `${sign(x)}${tidy(mantissa)}e${exponent.replace('-', '−').replace('+', '')}`;
}

/** The same with a + before what is positive. */
export const signed = (x, digits) => (isFinite(x) && x > 0 ? '+' : '') + number(x, digits);

/** Numbers of a column or table, all with as many decimals; what would look like 0 and is not gets an exponent. */
export function aligned(values, plus = false) {
  const largest = Math.max(0, ...values.filter(isFinite).map(Math.abs));
  const decimals = largest === 0 ? 0 : Math.min(9, Math.max(0, 4 - Math.floor(Math.log10(largest))));
  return (x) => {
    if (!isFinite(x) || x === 0) return number(x);
    const text = Math.abs(x).toFixed(decimals);
    return Number(text) === 0 ? (plus ? signed(x, 4) : number(x, 4)) : (x < 0 ? '−' : plus ? '+' : '') + text;
  };
}

/** A number on the page: the exact one is in its title, blue or orange by its sign. */
export function value(x, { format = signed, exact = true, tag = 'span' } = {}) {
  const kind = !isFinite(x) ? 'odd' : x < 0 ? 'neg' : x > 0 ? 'pos' : 'nil';
  return h(tag, { class: `num ${kind}`, title: exact ? String(x).replace('-', '−') : null, 'data-value': String(x) }, format(x));
}

const sign = (x) => (x < 0 ? '−' : '');
const tidy = (text) => (text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text);
const odd = (x) => (x === 'Infinity' || x === Infinity ? '∞' : x === '-Infinity' || x === -Infinity ? '−∞' : 'NaN');

/** 12345 as 12,345. */
export const count = (x) => String(x).replace(/\B(?=(\d{3})+$)/g, ',');

/** [2, 3] as 2×3. */
export const shape = (sizes) => (sizes.length ? sizes.join('×') : 'scalar');

const mathTags = new Set('math mrow mi mn mo ms msup msub msubsup mfrac msqrt mroot mover munder munderover mtext mspace mtable mtr mtd mpadded mphantom semantics'.split(' '));
const mathAttributes = new Set('display displaystyle mathvariant stretchy accent accentunder form fence separator lspace rspace width scriptlevel linethickness'.split(' '));
const formulas = new Map();

/** A formula under its label, as MathML where there is some, with a button that copies its LaTeX. */
export function formula(view, label) {
  if (!view) return null;
  return [
    h('p', { class: 'label row' }, label, h('button', { class: 'small', title: `copy as LaTeX: ${view.latex}`, 'aria-label': `copy ${label} as LaTeX`, 'data-focus': `latex ${label}`, onclick: (event) => copy(view.latex, event.currentTarget) }, 'LaTeX')),
    h('div', { class: 'formula scroll', tabindex: '0', role: 'group', 'aria-label': `${label}: ${view.unicode}`, 'data-focus': `formula ${label}` }, math(view))];
}

function math(view) {
  if (!view.mathMl?.startsWith('<math')) return h('span', { class: 'plain' }, view.unicode);
  return still(view.mathMl, () => {
    if (!formulas.has(view.mathMl)) formulas.set(view.mathMl, copyMath(new DOMParser().parseFromString(view.mathMl, 'text/html').querySelector('math') ?? document.createTextNode(view.unicode)));
    return formulas.get(view.mathMl).cloneNode(true);
  });
}

function copyMath(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  const result = document.createElementNS('http://www.w3.org/1998/Math/MathML', mathTags.has(node.localName) ? node.localName : 'mrow');
  for (const { name, value: text } of node.attributes) if (mathAttributes.has(name)) result.setAttribute(name, text);
  result.append(...[...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE || child.nodeType === Node.ELEMENT_NODE).map(copyMath));
  return result;
}

/** Copies a text and says so on the button. */
export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'copied';
  } catch {
    button.textContent = 'not allowed';
  }
  setTimeout(() => { button.textContent = before; }, 1200);
}

/** A heading with a button that explains it. */
export function titled(id, text, topic, ...beside) {
  return h('div', { class: 'titled' }, h('h3', { id }, text), hint(topic), ...beside);
}

/** The button that explains a topic. */
export const hint = (topic) => h('button', { class: 'hint', 'data-help': topic, 'data-focus': `help ${topic}`, 'aria-label': `help: ${topic}`, title: 'what is this?' }, '?');
