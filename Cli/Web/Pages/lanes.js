// The three lanes of every operation: what comes in, the rule, what goes out; and the operations around it.
import { h, s, number, count, shape, formula, hint, titled } from './dom.js';
import { thumbnail } from './heatmap.js';
import { addressOf } from './cursor.js';

const shownTensors = 3;

/** The lanes of a view. @param select called with the name of a tensor */
export function lanes(view, select) {
  const backward = ['backward', 'accumulate', 'seed'].includes(view.frame.kind), update = ['update', 'clip', 'check'].includes(view.frame.kind);
  return [
    lane('comes in', backward ? 'gradients of the outputs' : update ? 'the gradient and what is remembered' : 'the inputs', 'lane-in', view.upstream, view, select),
    h('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'),
    rule(view, select),
    h('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'),
    lane('goes out', backward ? 'gradients of the inputs' : update ? 'the parameter' : 'the output', 'lane-out', view.downstream, view, select),
  ];
}

function lane(title, meaning, id, tensors, view, select) {
  return h('section', { class: 'lane card', 'aria-labelledby': id },
    h('h3', { id }, title, h('small', {}, meaning)),
    tensors.slice(0, shownTensors).map((tensor) => tensorButton(tensor, view, select)),
    tensors.length > shownTensors ? h('p', { class: 'dim' }, `and ${tensors.length - shownTensors} more: press t`) : null,
    tensors.length === 0 ? h('p', { class: 'dim empty' }, 'nothing') : null);
}

function rule(view, select) {
  return h('section', { class: 'lane card rule', 'aria-labelledby': 'lane-rule' },
    h('h3', { id: 'lane-rule' }, view.frame.op || view.frame.kind, h('small', {}, 'this operation'), hint('rule')),
    formula(view.formula, 'forward'),
    view.rule ? formula(view.rule, ['update', 'clip', 'check'].includes(view.frame.kind) ? 'update' : 'backward') : null,
    !view.formula && !view.rule ? h('p', { class: 'dim empty' }, meaningOf[view.frame.kind] ?? '') : null,
    view.reads.length ? [h('p', { class: 'label' }, 'reads'), h('div', { class: 'reads' }, view.reads.slice(0, 4).map((tensor) => tensorButton(tensor, view, select, true)))] : null);
}

const meaningOf = {
  zero: 'Every gradient begins at 0: a backward pass only ever adds.',
  seed: 'The loss changes by exactly 1 when the loss changes by 1: that is where the backward pass begins.',
  accumulate: 'Several operations read this tensor. Each adds its share; none overwrites.',
  clip: 'If the gradient as a whole is longer than allowed, it is scaled down; its direction stays.',
  check: 'The loss after the update, beside what the gradient predicted.',
};

function tensorButton(tensor, view, select, small = false) {
  const { stats } = tensor, chosen = view.subject?.name === tensor.name && view.subject.kind === tensor.kind && view.subject.symbol === tensor.symbol;
  const facts = [stats.naNs ? `${count(stats.naNs)} NaN` : '', stats.infinities ? `${count(stats.infinities)} ∞` : '', stats.zeros ? `${count(stats.zeros)} of ${count(stats.count)} are 0` : ''].filter(Boolean).join(', ');
  return h('button', { class: `tensor${small ? ' small' : ''}`, 'aria-pressed': String(chosen), 'data-focus': `tensor ${tensor.kind} ${tensor.name}`, title: `${tensor.name}: look at it`, onclick: () => select(tensor.name) },
    tensor.heat ? thumbnail(tensor.heat, `${tensor.symbol} as a picture`) : null,
    h('span', { class: 'words' },
      h('b', {}, tensor.symbol), h('span', { class: 'shape' }, shape(tensor.shape)),
      h('span', { class: 'name' }, tensor.name),
      small ? null : h('span', { class: 'facts' }, h('span', {}, `rms ${number(stats.rms, 4)}`), h('span', {}, `max ${number(stats.maxAbs, 4)}`)),
      facts && !small ? h('span', { class: `facts${stats.naNs || stats.infinities ? ' bad' : ''}` }, facts) : null));
}

const box = { width: 128, height: 40, columnGap: 44, rowGap: 16 };

/** The operations at most two steps away, on a fixed grid. */
export function graph(view, addressing, go) {
  const { graph: net } = view;
  if (!net?.nodes?.length) return null;
  const layers = net.nodes.map((node) => node.layer), rows = Math.max(...net.nodes.map((node) => node.row)) + 1;
  const first = Math.min(...layers), columns = Math.max(...layers) - first + 1;
  const left = (node) => 4 + (node.layer - first) * (box.width + box.columnGap), top = (node) => 4 + node.row * (box.height + box.rowGap);
  const width = 8 + columns * box.width + (columns - 1) * box.columnGap, height = 8 + rows * box.height + (rows - 1) * box.rowGap;
  const byId = new Map(net.nodes.map((node) => [node.id, node]));
  return [titled('graphTitle', 'Around it', 'graph'),
    h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'operations around this one', 'data-focus': 'graph' },
      s('svg', { class: 'graph', viewBox: `0 0 ${width} ${height}`, width, height, '--wide': `${width}px` },
        s('defs', {}, s('marker', { id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' }, s('path', { d: 'M0 0L8 4L0 8z' }))),
        net.edges.map((edge) => arrow(byId.get(edge.from), byId.get(edge.to), edge, left, top)),
        net.nodes.map((node) => s('a', {
          href: addressOf(node.cursor, addressing), class: `node ${node.kind}`, 'aria-current': node.isCurrent ? 'true' : null, 'data-focus': `node ${node.id}`,
          onclick: (event) => { event.preventDefault(); go(node.cursor); },
        },
          s('title', {}, node.label),
          s('rect', { x: left(node), y: top(node), width: box.width, height: box.height, rx: 9 }),
          s('text', { x: left(node) + box.width / 2, y: top(node) + box.height / 2 + 1 }, shorten(node.label, 17))))))];
}

function arrow(from, to, edge, left, top) {
  if (!from || !to) return null;
  const x1 = left(from) + box.width, y1 = top(from) + box.height / 2, x2 = left(to) - 2, y2 = top(to) + box.height / 2, bend = Math.max(18, (x2 - x1) / 2);
  return s('path', { class: 'edge', d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, 'marker-end': 'url(#tip)' }, s('title', {}, edge.tensor));
}

const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
