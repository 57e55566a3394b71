// The page: a cursor is shown, keys and clicks make other cursors. Everything that is shown comes from the source.
import * as source from './source.js';
import { parse, change, addressOf, readAddress } from './cursor.js';
import { h, number, signed, shape, titled } from './dom.js';
import { make, patch } from './patch.js';
import { HeatMap } from './heatmap.js';
import { lanes, graph } from './lanes.js';
import { element, update, proofs, ledger, code, notes, facts, overviews } from './inspector.js';
import { modules, tape, crumbs, tokens } from './sidebar.js';
import { Timeline } from './timeline.js';
import { pictures } from './charts.js';
import { overview, open, explainTopic } from './help.js';
import { editNumber, whatFollows, compareWith, askQuiz, findFrame } from './dialogs.js';

const $ = (id) => document.getElementById(id);
const addressing = source.addressing;
let view = null, supposed = null, keys = [], mark = '', turn = 0, waiting = Promise.resolve(), timelineStep = -1, isNew = false, resting = 0;

/** Milliseconds without a move after which the address says where one is. */
const rest = 100;

const actions = { addressing, go, press, choose, edit, again: () => render(view) };
const heat = new HeatMap({ choose: (indices) => choose(indices, view.subject.name, 'element'), edit, step: press });
const timeline = new Timeline($('transport'), { press, goFrame: (id) => go(change(view.cursor, { frame: id })) });

/** Shows a cursor. */
function go(cursor, { push = true } = {}) {
  return enqueue(() => source.explain(cursor), push);
}

/** Makes the move of a key. */
function press(key) {
  return enqueue(() => source.move(view.cursor, key), true, key);
}

function choose(indices, tensor, level = view.level) {
  return go(change(view.cursor, { tensor, el: indices, level }));
}

/** Moves happen one after the other, in the order of the keys. */
function enqueue(ask, push, key = '') {
  const mine = ++turn;
  waiting = waiting.then(ask).then((next) => show(next, push, key, mine)).catch(tell).then(() => settleSoon(mine));
  return waiting;
}

function show(next, push, key, mine) {
  $('problem').hidden = true;
  const moved = !view || next.cursor !== view.cursor, closer = key === 'i' && next.level === 'element';
  if (view && next.step !== view.step) supposed = null;
  view = next;
  render(view);
  if (closer) heat.canvas.focus({ preventScroll: true });
  reveal(key);
  isNew = push && (isNew || moved);
  afterPaint(() => {
    keepInSight($('modules'));
    if (mine === turn) prefetch(mine, key);
  });
}

/** Scrolls a list, and nothing around it, until its current item can be seen. */
function keepInSight(list) {
  const item = list.querySelector('[aria-current]');
  if (item && (item.offsetTop < list.scrollTop || item.offsetTop + item.offsetHeight > list.scrollTop + list.clientHeight)) list.scrollTop = item.offsetTop - list.clientHeight / 2;
}

/** The address and the title follow once no other move does: for each of them a browser draws its own window again. Quick moves in a row are one entry of the history. */
function settleSoon(mine) {
  clearTimeout(resting);
  resting = setTimeout(() => { if (view && mine === turn) settle(mine); }, rest);
}

function settle(mine) {
  history[isNew ? 'pushState' : 'replaceState'](null, '', addressOf(view.cursor, addressing));
  isNew = false;
  document.title = `${view.frame.text.replace(/\s+/g, ' ')} · ${view.title} · pure-llm step`;
  document.body.dataset.turn = String(mine);
}

function afterPaint(work) {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = work;
    port2.postMessage(0);
  });
}

function tell(problem) {
  patch($('problem'), h('b', {}, problem.message), problem.help ? h('p', {}, problem.help) : null);
  $('problem').hidden = false;
}

/** The places that the next keys lead to, one after the other, before they are pressed: two of the last direction first. */
async function prefetch(mine, last) {
  const frames = last === 'p' ? ['p', 'n'] : ['n', 'p'];
  const cells = document.activeElement === heat.canvas ? ['l', 'h', 'j', 'k'] : [], ahead = cells.includes(last) ? last : frames[0];
  for (const key of new Set([ahead, ...cells, ...frames])) {
    let at = view.cursor;
    for (let i = key === ahead ? 2 : 1; i > 0 && mine === turn; i--) at = await source.move(at, key, 'low').then((next) => next.cursor, () => at);
  }
  if (timelineStep !== view.step && mine === turn) {
    timelineStep = view.step;
    await source.frames(view.cursor).then((all) => timeline.load(all)).catch(tell);
  }
}

function render(shown) {
  patch($('where'), h('b', {}, shown.title), stepOf(shown),
    supposed ? h('span', { class: 'supposed' }, 'what if: loss ', h('b', { class: 'num', id: 'loss', 'data-value': String(supposed.lossAfter) }, number(supposed.lossAfter, 9)), ` (${signed(supposed.change, 4)})`) : h('span', {}, 'loss ', h('b', { class: 'num', id: 'loss', 'data-value': String(shown.loss) }, number(shown.loss, 7))), shown.floor === undefined ? null : h('span', {}, `floor ${number(shown.floor, 4)}`));
  part('modules', shown.modules, () => modules(shown, actions));
  patch($('tape'), tape(shown, actions));
  patch($('crumbs'), crumbs(shown, actions, change));
  patch($('heading'), h('h2', { id: 'frameTitle' }, h('span', { class: `kind ${shown.frame.kind}` }, shown.frame.kind), ` ${shown.frame.op || shown.frame.text.replace(/\s+/g, ' ')}`, shown.frame.module ? h('small', {}, shown.frame.module) : null),
    shown.readAs.map((sentence) => h('p', { class: 'readAs' }, sentence)));
  part('tokens', [shown.tokens, shown.tokenLosses], () => tokens(shown));
  panel('whatif', supposed && whatFollows(supposed, () => suppose(null)));
  part('views', parse(shown.cursor).view, () => viewButtons(shown));
  patch($('overview'), overviews(shown, actions), pictures(shown, { again: actions.again, go, head: (i) => go(change(view.cursor, { term: String(i) })) }));
  $('lanes').hidden = ['run', 'module'].includes(shown.level);
  patch($('lanes'), lanes(shown, (name) => choose('', name)));
  tensorPanel(shown);
  panel('element', element(shown, actions));
  panel('ledger', ledger(shown, actions));
  panel('update', update(shown));
  panel('proof', ['run', 'module'].includes(shown.level) ? null : proofs(shown, press));
  $('code').hidden = !shown.code.length;
  part('code', shown.code, () => code(shown));
  panel('graph', graph(shown, addressing, go));
  part('more', shown.notes, () => notes(shown, actions));
  $('live').textContent = `frame ${shown.frame.index}: ${shown.frame.text}${shown.element ? `; ${shown.subject?.symbol ?? ''}[${shown.element.indices}] ${number(shown.element.kernel)}` : ''}`;
  timeline.show(shown);
  document.body.dataset.cursor = shown.cursor;
}

function stepOf(shown) {
  if (!shown.lastStep || !source.abilities.steps) return h('span', {}, `step ${shown.step}`);
  return h('label', {}, 'step ', h('input', {
    type: 'number', class: 'step', min: '0', max: String(shown.lastStep), value: String(shown.step), 'data-focus': 'step', 'aria-label': `training step, up to ${shown.lastStep}`,
    onchange: (event) => go(change(view.cursor, { step: Math.max(0, Math.min(shown.lastStep, Math.round(Number(event.target.value) || 0))) })),
  }), ` of ${shown.lastStep}`);
}

/** Shows what follows from another value of an element, or with null the step as it was. */
function suppose(answer) {
  supposed = answer;
  render(view);
  if (answer) $('whatif').scrollIntoView({ block: 'nearest' });
}

/** Cells of the chosen tensor that would change. */
function changedCells(tensor) {
  const change = supposed && tensor.kind === 'value' ? supposed.changed.find((one) => one.name === tensor.name) : null;
  return change?.difference?.values.length === tensor.heat.values.length ? change.difference.values.flatMap((x, i) => (x === 0 ? [] : [i])) : null;
}

const drawn = new Map();

/** Draws a part of the page again only if what it shows is another. */
function part(id, data, make) {
  const key = JSON.stringify(data);
  if (drawn.get(id) === key) return;
  drawn.set(id, key);
  patch($(id), make());
}

function panel(id, contents) {
  $(id).hidden = !contents;
  if (contents) patch($(id), contents);
}

function tensorPanel(shown) {
  const tensor = shown.subject;
  $('tensor').hidden = !tensor;
  if (!tensor) return;
  const head = titled('tensorTitle', tensor.symbol, 'tensor', h('span', { class: 'dim' }, `${tensor.name} · ${shape(tensor.shape)} · ${tensor.role}${tensor.consumers > 1 ? ` · read ${tensor.consumers} times` : ''}`));
  patch($('tensor'), head, heat.element, facts(tensor, (indices) => choose(indices, tensor.name)));
  heat.element.hidden = !tensor.heat;
  if (tensor.heat) heat.show({ tensor, tokens: shown.tokens.length > 1 && shown.tokens.length === tensor.heat.rows ? shown.tokens : [], changed: changedCells(tensor) });
}

const views = [['', 'overview'], ['tokens', 'token losses'], ['attention', 'attention'], ['lens', 'logit lens'], ['line-search', 'line search']];

function viewButtons(shown) {
  const current = parse(shown.cursor).view;
  return h('div', { class: 'row views', role: 'group', 'aria-label': 'more views' }, views.map(([name, text]) => h('button', { 'aria-pressed': String(name === current), 'data-focus': `view ${name}`, onclick: () => go(change(view.cursor, { view: name })) }, text)));
}

/** Keys that ask for a part of the page bring it into sight. */
function reveal(key) {
  const part = { a: 'ledger', v: 'code', f: 'proof', F: 'proof', m: 'tensor' }[key];
  if (!part || $(part).hidden) return;
  $(part).scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  $(part).classList.remove('called');
  requestAnimationFrame(() => $(part).classList.add('called'));
}

function edit(indices) {
  if (!source.abilities.whatIf || !view.subject) return;
  const at = indices ? choose(indices, view.subject.name) : Promise.resolve();
  at.then(() => editNumber(source, view, suppose));
}

const pageCommands = {
  '?': () => open('Keys and parts', overview(keys), 'help'),
  '/': () => source.abilities.find && findFrame(source, view, go),
  '=': () => { mark = view.cursor; $('live').textContent = 'marked'; flash(`marked ${mark}: go elsewhere and press d`); },
  d: () => source.abilities.compare && compareWith(source, view, mark, go),
  e: () => edit(''),
  Q: () => source.abilities.quiz && askQuiz(source, view, go),
};

const aliases = { ArrowRight: 'n', ArrowLeft: 'p', Escape: 'o' };

document.addEventListener('keydown', (event) => {
  if (!view || event.ctrlKey || event.altKey || event.metaKey || event.target.closest('input, textarea, select, dialog')) return;
  const shifted = event.shiftKey && { ArrowRight: ']', ArrowDown: ']', ArrowLeft: '[', ArrowUp: '[' }[event.key];
  if (event.key === 'Escape' && supposed) {
    suppose(null);
    return;
  }
  const key = shifted || aliases[event.key] || event.key;
  if (event.target.closest('[role=group][tabindex], pre') && event.key.startsWith('Arrow') && !event.shiftKey) return;
  if (pageCommands[key]) pageCommands[key]();
  else if (keys.some((known) => known.key === key)) press(key);
  else return;
  event.preventDefault();
});

document.addEventListener('click', (event) => {
  const topic = event.target.closest('[data-help]')?.dataset.help;
  if (topic) explainTopic(topic);
});

addEventListener('popstate', async () => go(readAddress(addressing) || await source.start, { push: false }));

function flash(text) {
  document.querySelector('.flash')?.remove();
  const note = make(h('div', { class: 'flash' }, text));
  document.body.append(note);
  setTimeout(() => note.remove(), 4000);
}

function tools() {
  const button = (key, text, name) => h('button', { 'aria-label': name, title: `${name} (${key})`, onclick: pageCommands[key] }, text, ' ', h('kbd', { 'aria-hidden': 'true' }, key));
  const theme = h('button', { id: 'theme', 'aria-label': 'light or dark', title: 'light, dark, or as the system', onclick: () => setTheme(themes[(themes.indexOf(document.documentElement.dataset.theme ?? 'auto') + 1) % 3]) }, '◐');
  patch($('actions'), [
    source.abilities.find ? button('/', 'find', 'find a frame') : null, source.abilities.compare ? button('d', 'compare', 'compare two places') : null,
    source.abilities.quiz ? button('Q', 'quiz', 'quiz') : null, theme, button('?', 'help', 'help')]);
}

const themes = ['auto', 'light', 'dark'];

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  try { localStorage.setItem('pure-llm-theme', name); } catch { /* a page from a file may not keep anything */ }
  drawn.clear();
  if (timeline.frames) timeline.prepare();
  if (view) render(view);
}

async function begin() {
  try { document.documentElement.dataset.theme = localStorage.getItem('pure-llm-theme') ?? 'auto'; } catch { document.documentElement.dataset.theme = 'auto'; }
  tools();
  const first = go(readAddress(addressing) || await source.start, { push: false });
  keys = await source.keys().catch((problem) => { tell(problem); return []; });
  await first;
  performance.mark('ready');
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => setTheme(document.documentElement.dataset.theme));
}

begin();
