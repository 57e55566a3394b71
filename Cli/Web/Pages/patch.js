// Showing descriptions, as h() makes them: the page is changed where a description is another than the one that is shown, and nowhere else.

/** Makes an element hold what is described; a node among the children is put there as it is and stays its maker's. The focus stays on what has the same data-focus. */
export function patch(element, ...children) {
  const active = document.activeElement;
  const focus = active !== element && element.contains(active) ? active.dataset.focus : null;
  match(element, children.flat(3).filter(isGiven));
  if (focus && document.activeElement?.dataset.focus !== focus) element.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
}

/** A new node as described. */
export function make(wanted) {
  if (wanted instanceof Node) {
    wanted.kept = true;
    return wanted;
  }
  if (typeof wanted !== 'object') return document.createTextNode(wanted);
  const node = wanted.still === undefined ? document.createElementNS(wanted.space, wanted.tag) : wanted.make();
  node.shown = wanted;
  for (const name in wanted.given) if (isGiven(wanted.given[name])) give(node, name, wanted.given[name]);
  if (wanted.children) node.append(...wanted.children.map(make));
  return node;
}

/** An attribute, a child: null, undefined and false are none. */
export const isGiven = (value) => value !== null && value !== undefined && value !== false;

/** Sets an attribute, a handler (onclick), a custom property (--part) or the picture of a canvas. */
function give(element, name, value) {
  if (name === 'key') return;
  if (name === 'draw') value.paint(element);
  else if (name.startsWith('on')) element[name] = handle;
  else if (name.startsWith('--')) element.style.setProperty(name, value);
  else element.setAttribute(name, value === true ? '' : value);
}

function take(element, name) {
  if (name.startsWith('on')) element[name] = null;
  else if (name.startsWith('--')) element.style.removeProperty(name);
  else element.removeAttribute(name);
}

/** Handlers are those of the description that is shown: they change without the element. */
function handle(event) {
  return this.shown.given[`on${event.type}`](event);
}

/** Children are paired in their order; an item with a key only with the one of the same key. */
function match(parent, wanted) {
  const keys = keyOf(wanted[0]) === undefined ? null : new Set(wanted.map(keyOf));
  let at = parent.firstChild;
  const drop = () => { const gone = at; at = at.nextSibling; gone.remove(); };
  for (const next of wanted) {
    while (at && keys && !keys.has(at.shown?.given.key)) drop();
    if (at && isAlike(at, next)) {
      change(at, next);
      at = at.nextSibling;
    } else if (at && !keys) {
      const old = at, node = make(next);
      at = at.nextSibling === node ? node.nextSibling : at.nextSibling;
      old.replaceWith(node);
    } else parent.insertBefore(make(next), at);
  }
  while (at) drop();
}

const keyOf = (wanted) => wanted?.given?.key;

function isAlike(node, wanted) {
  if (typeof wanted !== 'object') return node.nodeType === Node.TEXT_NODE;
  const { shown } = node;
  return node === wanted || (shown !== undefined && !node.kept && shown.tag === wanted.tag && shown.still === wanted.still && keyOf(shown) === keyOf(wanted));
}

function change(node, wanted) {
  if (typeof wanted !== 'object') {
    if (node.data !== String(wanted)) node.data = wanted;
  } else if (node !== wanted && node.shown !== wanted) {
    const before = node.shown.given, now = wanted.given;
    node.shown = wanted;
    for (const name in before) if (isGiven(before[name]) && !isGiven(now[name])) take(node, name);
    for (const name in now) if (isGiven(now[name]) && differs(name, before[name], now[name])) give(node, name, now[name]);
    if (wanted.children) match(node, wanted.children);
  }
  if (wanted.given && 'value' in wanted.given) node.value = wanted.given.value; // what was typed is no attribute
}

function differs(name, before, now) {
  if (before === now) return false;
  return !isGiven(before) || (name === 'draw' ? before.of.some((one, i) => one !== now.of[i]) : !name.startsWith('on'));
}
