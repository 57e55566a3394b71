// Where the page gets its views. This one asks the server; an exported file brings another with the same functions.

const views = new Map(), moves = new Map(), timelines = new Map();
const mostKept = 160;

/** What this source can do beyond showing views. */
export const abilities = { whatIf: true, compare: true, quiz: true, find: true, named: true, steps: true, live: true };

/** "path": the cursor is the address; "hash": it is behind the #, for pages without a server. */
export const addressing = 'path';

/** Where one begins if the address does not say; empty: the server knows. */
export const start = '';

/** The view at a cursor: a StepView as the server writes it. */
export function explain(cursor) {
  return keep(views, cursor, () => ask('explain', { cursor }));
}

/** The view to which a key leads. @param priority 'low' for one that is not waited for */
export function move(cursor, key, priority = 'high') {
  return keep(moves, `${key} ${cursor}`, async () => {
    const view = await ask('move', { cursor, key }, priority);
    views.set(view.cursor, Promise.resolve(view));
    if (back[key] && view.level === 'op' && view.cursor !== cursor) keep(moves, `${back[key]} ${view.cursor}`, () => explain(cursor));
    return view;
  });
}

/** Between frames the way back leads to where one was. */
const back = { n: 'p', p: 'n' };

/** All frames of the cursor's step: {kinds, ids, texts, magnitudes, breaks}. */
export function frames(cursor) {
  return keep(timelines, cursor.split(':')[0], () => ask('frames', { cursor }));
}

/** The keys of moves: [{key, command, meaning}]. */
export const keys = () => ask('keys', {});

/** What has the name, or frames that hold the words: [{cursor, kind, text, module}]. */
export const find = (cursor, words) => ask('find', { cursor, q: words });

/** What changes if an element had another value. */
export const whatIf = (cursor, tensor, element, value) => send('whatif', { cursor, tensor, element, value });

/** Two cursors side by side. */
export const compare = (a, b) => ask('compare', { a, b });

/** A question about the gradient at a cursor, or with a seed about any of its step, without the answer. */
export const quiz = (cursor, seed = '') => ask('quiz', { cursor, seed });

/** The verdict on an answer. */
export const answer = (cursor, text) => send('quiz', { cursor, text });

/** Forgets what was kept: a run in training has moved on. */
export function forget() {
  views.clear();
  moves.clear();
  timelines.clear();
}

function keep(map, key, make) {
  const kept = map.get(key);
  if (kept) {
    map.delete(key);
    map.set(key, kept);
    return kept;
  }
  const made = make();
  map.set(key, made);
  made.catch(() => map.delete(key));
  if (map.size > mostKept) map.delete(map.keys().next().value);
  return made;
}

async function ask(name, query, priority = 'high') {
  return read(await fetch(`/api/${name}?${new URLSearchParams(query)}`, { priority }).catch(gone));
}

async function send(name, body) {
  return read(await fetch(`/api/${name}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(gone));
}

async function read(response) {
  const body = await response.json();
  if (response.ok) return body;
  throw Object.assign(new Error(body.error), { help: body.help });
}

function gone() {
  throw Object.assign(new Error('the program that serves this page has ended'), { help: 'start it again: pure-llm step … --web' });
}
