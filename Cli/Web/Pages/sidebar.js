// Where one is: the modules with their share of the gradient, and the frames around.
import { h, hint, number, isFinite } from './dom.js';
import { addressOf } from './cursor.js';
import { shown } from './heatmap.js';

const mostModules = 80, mostTokens = 256;

const link = (cursor, actions, attributes, ...children) =>
  h('a', { href: addressOf(cursor, actions.addressing), onclick: (event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); actions.go(cursor); } }, ...attributes }, ...children);

/** The tree of modules: those on the way to the current one are open. */
export function modules(view, actions) {
  if (!view.modules.length) return [];
  const here = view.modules.findLast((module) => module.isCurrent)?.path ?? '';
  const parentOf = (path) => (path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '');
  const isOpen = (module) => module.depth === 0 || here === parentOf(module.path) || here.startsWith(`${parentOf(module.path)}.`);
  const current = (module) => (module.path === here ? 'true' : null);
  const list = (view.modules.length <= 24 ? view.modules : view.modules.filter(isOpen)).slice(0, mostModules);
  return [h('h2', {}, 'Modules', hint('modules')),
    h('ol', { class: 'modules' }, list.map((module) => h('li', { '--depth': module.depth },
      link(module.cursor, actions, { 'aria-current': current(module), 'data-focus': `module ${module.path}`, title: `${module.path}: ${number(100 * module.share, 3)} % of the gradient's squared norm` },
        h('span', { class: 'name' }, module.path === '' ? 'model' : module.path.slice(module.path.lastIndexOf('.') + 1)),
        h('span', { class: 'share', 'aria-hidden': 'true' }, h('i', { '--part': isFinite(module.share) ? module.share : 0 })),
        h('span', { class: 'num' }, number(module.norm, 2))))))];
}

/** The frames around the current one. Each keeps its place on the tape, which moves as a whole. */
export function tape(view, actions) {
  const at = view.nearby.findIndex((frame) => frame.isCurrent), first = Math.max(0, Math.min(at - 9, view.nearby.length - 19)), frames = view.nearby.slice(first, first + 19);
  return [h('h2', {}, 'Tape', hint('tape')),
    h('div', { class: 'reel', '--rows': frames.length }, h('ol', { class: 'tape', '--first': frames[0]?.index ?? 0 }, frames.map((frame) => h('li', { key: frame.id, '--row': frame.index },
      link(frame.cursor, actions, { class: frame.kind, 'aria-current': frame.isCurrent ? 'step' : null, 'data-focus': `frame ${frame.id}`, title: frame.module },
        h('span', { class: 'index' }, String(frame.index)), h('span', { class: 'text' }, frame.text))))))];
}

/** From the run to the term: how closely one looks. */
export function crumbs(view, actions, change) {
  const names = { run: `step ${view.step}`, module: view.frame.module || 'model', op: view.frame.op || view.frame.kind, element: view.element ? `[${view.element.indices}]` : 'element', term: 'term' };
  const levels = Object.keys(names), at = levels.indexOf(view.level);
  return h('ol', {}, levels.map((level, i) => h('li', { class: i > at ? 'ahead' : null },
    link(change(view.cursor, { level }), actions, { 'aria-current': i === at ? 'location' : null, 'data-focus': `level ${level}`, title: `level: ${level}` }, h('small', {}, level), names[level]))));
}

/** The tokens, coloured by their losses. */
export function tokens(view) {
  if (!view.tokens.length) return null;
  const losses = view.tokenLosses, largest = Math.max(...losses.filter(isFinite), 0);
  return h('div', { class: 'strip', role: 'group', 'aria-label': 'tokens, coloured by their losses' }, hint('tokens'),
    view.tokens.slice(0, mostTokens).map((token, i) => h('span', { class: 'token', '--part': largest && isFinite(losses[i]) ? Math.max(0, losses[i]) / largest : 0, title: `token ${i}${losses.length ? `: loss ${number(losses[i], 4)}` : ''}` }, shown(token))),
    view.tokens.length > mostTokens ? h('span', { class: 'dim' }, `and ${view.tokens.length - mostTokens} more`) : null);
}
