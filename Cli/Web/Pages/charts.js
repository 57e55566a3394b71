// Larger pictures of a step: attention maps, the logit lens, the loss along the update.
import { h, s, number, signed, isFinite, titled, count } from './dom.js';
import { HeatMap, isDark, shown } from './heatmap.js';

const mostLensColumns = 48;

/** The pictures that the view brings. @param actions {change(parts), view} */
export function pictures(view, actions) {
  return [attention(view, actions), lens(view), lineSearch(view)].filter(Boolean);
}

let attentionShows = 'probabilities', attentionMap = null;

function attention(view, actions) {
  const map = view.attention;
  if (!map) return null;
  const values = attentionShows === 'gradient' && map.gradient.length ? map.gradient : map.probabilities, tokens = view.tokens.slice((map.sequence ?? 0) * map.queries, ((map.sequence ?? 0) + 1) * map.queries);
  const heat = attentionMap ??= new HeatMap({ choose: () => {}, edit: () => {}, step: () => {} }, false);
  const largest = Math.max(...values.filter(isFinite).map(Math.abs), 0);
  heat.show({ tensor: { symbol: attentionShows === 'gradient' ? '∂L/∂p' : 'p', shape: [map.queries, map.keys], stats: { maxAbs: largest }, largest: [], heat: { rows: map.queries, columns: map.keys, rowSize: map.rowSize ?? 1, columnSize: map.columnSize ?? 1, values, selectedRow: -1, selectedColumn: -1 } }, tokens: tokens.length === map.queries ? tokens : [] });
  return h('section', { class: 'card wide', 'aria-labelledby': 'attentionTitle' },
    titled('attentionTitle', 'Attention', 'attention', h('span', { class: 'dim' }, `${map.module || 'this operation'} · head ${map.head} of ${map.heads}: row = who looks, column = whom at`)),
    h('div', { class: 'row' },
      h('div', { role: 'group', 'aria-label': 'head', class: 'row tight' }, Array.from({ length: Math.min(map.heads, 32) }, (_, i) =>
        h('button', { 'aria-pressed': String(i === map.head), 'data-focus': `head ${i}`, onclick: () => actions.head(i) }, String(i)))),
      (map.places ?? []).length > 1 ? map.places.slice(0, 24).map((place) => h('button', { 'aria-pressed': String(place.isCurrent), 'data-focus': `attention ${place.module}`, onclick: () => actions.go(place.cursor) }, place.module)) : null,
      map.gradient.length ? h('button', { 'aria-pressed': String(attentionShows === 'gradient'), 'data-focus': 'attention gradient', onclick: () => { attentionShows = attentionShows === 'gradient' ? 'probabilities' : 'gradient'; actions.again(); } }, '∂L/∂p') : null),
    heat.element, entropy(map, tokens));
}

function entropy(map, tokens) {
  if (!map.entropy?.length) return null;
  const most = Math.max(...map.entropy.filter(isFinite), 1e-9);
  return h('details', {}, h('summary', {}, 'entropy of each row, in nats'), h('ol', { class: 'entropy' }, map.entropy.slice(0, 64).map((x, i) =>
    h('li', { '--part': isFinite(x) ? x / most : 0 }, h('span', {}, tokens[i] === undefined ? String(i) : shown(tokens[i])), h('span', { class: 'num' }, number(x, 3))))));
}

function lens(view) {
  const grid = view.lens;
  if (!grid) return null;
  const positions = Math.min(mostLensColumns, Math.max(...grid.cells.map((cell) => cell.position)) + 1);
  const at = new Map(grid.cells.map((cell) => [`${cell.layer},${cell.position}`, cell]));
  return h('section', { class: 'card wide', 'aria-labelledby': 'lensTitle' },
    titled('lensTitle', 'Logit lens', 'lens', h('span', { class: 'dim' }, 'what the model would say if it stopped here')),
    h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'logit lens', 'data-focus': 'lens' }, h('table', { class: 'lens', 'aria-label': 'logit lens' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'after'), Array.from({ length: positions }, (_, p) => h('th', { scope: 'col' }, view.tokens[p] === undefined ? String(p) : shown(view.tokens[p]))))),
      h('tbody', {}, grid.layers.map((layer, l) => h('tr', {}, h('th', { scope: 'row' }, layer), Array.from({ length: positions }, (_, p) => {
        const cell = at.get(`${l},${p}`);
        return cell ? h('td', { '--part': cell.probability, class: cell.probability > 0.55 ? 'strong' : null, title: `p = ${number(cell.probability, 3)} · the right token has ${number(cell.targetProbability, 3)} · contribution to its logit ${signed(cell.contribution, 3)}` }, shown(cell.token)) : h('td', {});
      })))))));
}

function lineSearch(view) {
  const points = view.lineSearch.filter((point) => isFinite(point.loss) && point.factor > 0);
  if (points.length < 2) return null;
  const box = { width: 560, height: 220, left: 62, right: 16, top: 14, bottom: 34 };
  const xs = points.map((point) => Math.log10(point.factor)), ys = points.map((point) => point.loss);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys, view.loss), Math.max(...ys, view.loss)];
  const x = (v) => box.left + (v - x0) / (x1 - x0 || 1) * (box.width - box.left - box.right), y = (v) => box.height - box.bottom - (v - y0) / (y1 - y0 || 1) * (box.height - box.top - box.bottom);
  return h('section', { class: 'card wide', 'aria-labelledby': 'lineTitle' },
    titled('lineTitle', 'Line search', 'line-search', h('span', { class: 'dim' }, 'the loss if this step were longer or shorter')),
    s('svg', { class: 'chart', viewBox: `0 0 ${box.width} ${box.height}`, role: 'img', 'aria-label': `loss by factor of the learning rate: ${points.map((point) => `×${number(point.factor, 3)} ${number(point.loss, 4)}`).join(', ')}` },
      s('line', { class: 'now', x1: box.left, x2: box.width - box.right, y1: y(view.loss), y2: y(view.loss) }),
      s('text', { x: box.left - 8, y: y(view.loss) + 4, class: 'end' }, number(view.loss, 4)),
      [y0, y1].filter((v) => Math.abs(y(v) - y(view.loss)) > 16).map((v) => s('text', { x: box.left - 8, y: y(v) + 4, class: 'end' }, number(v, 4))),
      s('polyline', { points: points.map((point, i) => `${x(xs[i])},${y(point.loss)}`).join(' ') }),
      points.map((point, i) => s('g', {}, s('circle', { cx: x(xs[i]), cy: y(point.loss), r: 4 }, s('title', {}, `×${number(point.factor, 3)}: loss ${number(point.loss)}`)),
        i % Math.ceil(points.length / 9) === 0 ? s('text', { x: x(xs[i]), y: box.height - 12, class: 'middle' }, `×${number(point.factor, 2)}`) : null))));
}
