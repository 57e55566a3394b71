// Cursors: "500:b41?tensor=x&el=1,2&level=element&view=check", the same text as in the terminal. The address of the page is one.

/** The parts of a cursor. */
export function parse(text) {
  const [place, query = ''] = split(text, '?');
  const [step, frame = 's'] = split(place, ':');
  const parts = { step: Number(step), frame, tensor: '', el: '', level: 'op', term: '0', view: '' };
  for (const pair of query.split('&').filter(Boolean)) {
    const [name, value = ''] = split(pair, '=');
    if (name in parts) parts[name] = decodeURIComponent(value);
  }
  return parts;
}

/** The text of a cursor; what has its default is left out. */
export function format({ step, frame, tensor, el, level, term, view }) {
  const query = [];
  if (tensor) query.push(`tensor=${encodeURIComponent(tensor)}`);
  if (el) query.push(`el=${el}`);
  if (level && level !== 'op') query.push(`level=${level}`);
  if (term && term !== '0') query.push(`term=${term}`);
  if (view) query.push(`view=${encodeURIComponent(view)}`);
  return `${step}:${frame}${query.length ? '?' : ''}${query.join('&')}`;
}

/** A cursor with some parts changed. */
export const change = (text, parts) => format({ ...parse(text), ...parts });

/** The address of a cursor. */
export const addressOf = (text, addressing) => addressing === 'hash' ? `#${text}` : `/step/${text.replace(':', '/')}`;

/** The cursor of the page's address; empty: the source's own choice. */
export function readAddress(addressing) {
  if (addressing === 'hash') return location.hash.slice(1);
  const match = /^\/step\/([^/]+)(?:\/([^/]+))?\/?$/.exec(location.pathname);
  return match ? `${decodeURIComponent(match[1])}${match[2] ? ':' + decodeURIComponent(match[2]) : ''}${location.search}` : '';
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
