// Showing new elements by changing those that are there: what stays the same is neither styled, nor laid out, nor painted again.

/** Makes an element hold what fresh children describe. The focus stays on what has the same data-focus.
 * The children are used up: who keeps one of them to change it later marks it with whole(). */
export function patch(element, ...children) {
  const active = document.activeElement;
  const focus = active !== element && element.contains(active) ? active.dataset.focus : null;
  const wanted = document.createDocumentFragment();
  wanted.append(...children.flat(3).filter(isGiven));
  match(element, wanted);
  if (focus && document.activeElement?.dataset.focus !== focus) element.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
}

/** Marks an element that is put on the page as it is instead of lending its looks to the one before. */
export function whole(element) {
  element.whole = true;
  return element;
}

/** An attribute, a child: null, undefined and false are none. */
export const isGiven = (value) => value !== null && value !== undefined && value !== false;

/** Sets an attribute, a handler (onclick), a custom property (--part) or the key of a list item. */
export function give(element, name, value) {
  if (name === 'key' || name.startsWith('on')) element[name] = value;
  else if (name.startsWith('--')) element.style.setProperty(name, value);
  else element.setAttribute(name, value === true ? '' : value);
}

function take(element, name) {
  if (name.startsWith('on')) element[name] = null;
  else if (name.startsWith('--')) element.style.removeProperty(name);
  else element.removeAttribute(name);
}

/** Children are paired in their order; an item with a key only with the one of the same key. */
function match(parent, wanted) {
  let node = wanted.firstChild, at = parent.firstChild;
  if (node?.key !== undefined) at = keep(at, new Set([...wanted.childNodes].map(({ key }) => key)));
  while (node) {
    const next = node.nextSibling, old = at;
    if (old && isAlike(old, node)) {
      at = old.nextSibling;
      change(old, node);
    } else if (old && old.key === undefined) {
      at = old.nextSibling;
      old.replaceWith(node);
    } else parent.insertBefore(node, old);
    node = next;
  }
  while (at) at = drop(at);
}

/** Drops the items that have none of the keys; gives the first that is left. */
function keep(first, keys) {
  let left = null;
  for (let item = first; item;) {
    if (keys.has(item.key)) {
      left ??= item;
      item = item.nextSibling;
    } else item = drop(item);
  }
  return left;
}

function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

const isAlike = (old, node) => old.nodeName === node.nodeName && old.key === node.key && !old.whole && !node.whole && old.nodeName !== 'CANVAS';

function change(old, node) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== node.data) old.data = node.data;
  } else if (old.made && node.made) {
    const before = old.made, now = old.made = node.made;
    for (const name in before) if (isGiven(before[name]) && !isGiven(now[name])) take(old, name);
    for (const name in now) if (isGiven(now[name]) && before[name] !== now[name]) give(old, name, now[name]);
    if ('value' in now) old.value = now.value; // what was typed is no attribute
    match(old, node);
  } else if (!old.isEqualNode(node)) old.replaceWith(node); // a formula
}
