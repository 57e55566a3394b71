// Where an exported page gets its views: from the payload in the page itself. The same functions as source.js, and no network.

/** An exported file shows what was recorded; it computes nothing new. */
export const abilities = { whatIf: false, compare: false, quiz: false, find: true, named: false, steps: false, live: false };

/** The cursor is behind the #: there is no server. */
export const addressing = 'hash';

const payload = unpack();
const resolved = new Map();

/** Where the numbers come from: {name: text}. */
export const facts = async () => (await payload).facts;

/** The view at a cursor, the file's own choice for an empty one; where the file lacks it, the nearest that it has. */
export async function explain(cursor) {
  const data = await payload;
  const place = nearest(data, cursor || data.start);
  if (place === undefined) throw missing(data);
  return view(data, place);
}

/** The view to which a key leads. */
export async function move(cursor, key) {
  const data = await payload;
  const place = nearest(data, cursor);
  const column = data.keys.findIndex((item) => item.key === key);
  if (place === undefined || column < 0) throw missing(data);
  const target = data.moves[place][column];
  if (target === -2) throw missing(data);
  return view(data, target === -1 ? place : target);
}

/** All frames: {kinds, ids, texts, magnitudes, breaks}. */
export const frames = async () => (await payload).frames;

/** The keys of moves. */
export const keys = async () => (await payload).keys;

/** Frames that hold the words. */
export async function find(cursor, words) {
  const data = await payload;
  const step = cursor.split(':')[0];
  const sought = words.toLowerCase();
  const found = [];
  data.frames.texts.forEach((text, i) => {
    const at = `${step}:${data.frames.ids[i]}`;
    if (text.toLowerCase().includes(sought) && data.index.has(at)) found.push({ cursor: at, kind: '', text, module: '' });
  });
  return found.slice(0, 40);
}

const absent = () => Promise.reject(Object.assign(new Error('an exported file shows what was recorded'), { help: 'open the step itself to try things: pure-llm step … --web' }));
export const whatIf = absent;
export const compare = absent;
export const quiz = absent;
export const answer = absent;
export const forget = () => {};

/** The place of a cursor; without what the file may lack: first its pane, then its level, element and tensor. */
function nearest(data, cursor) {
  const [frame, query = ''] = cursor.split('?');
  let parts = query.split('&').filter(Boolean);
  const picture = parts.find((part) => part.startsWith('view='));
  const whole = picture && data.index.get(`${frame}?${query}`) === undefined ? data.index.get(`${frame.split(':')[0]}:s?${picture}`) : undefined;
  if (whole !== undefined) return whole; // pictures of the whole step are kept once
  for (const drop of ['', 'view', 'term', 'level', 'el', 'tensor']) {
    parts = parts.filter((part) => part.split('=')[0] !== drop);
    const place = data.index.get(parts.length > 0 ? `${frame}?${parts.join('&')}` : frame);
    if (place !== undefined) return place;
  }
  return undefined;
}

function missing(data) {
  return Object.assign(new Error('this file does not hold that place'), { help: data.facts['in this file'] ?? '' });
}

function view(data, place) {
  return part(data, data.roots[place]);
}

/** A part of the pool with its references replaced; parts are shared, never changed. */
function part(data, place) {
  let made = resolved.get(place);
  if (made === undefined) {
    made = fill(data, data.pool[place]);
    resolved.set(place, made);
  }
  return made;
}

function fill(data, value) {
  if (value === null || typeof value !== 'object') return value;
  if (typeof value.$ === 'number') return part(data, value.$);
  if (Array.isArray(value)) return value.map((item) => fill(data, item));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(data, item)]));
}

async function unpack() {
  const text = document.getElementById('payload').textContent.trim();
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const data = await new Response(stream).json();
  data.index = new Map(data.places.map((cursor, i) => [cursor, i]));
  return data;
}
