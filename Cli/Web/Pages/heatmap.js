// A tensor as coloured cells on a canvas: blue −, orange +, a dot for exactly 0, magenta for what is not finite.
import { h, number, signed, isFinite, shape } from './dom.js';
import { make, patch } from './patch.js';

const palettes = {
  light: { nothing: [241, 240, 236], minus: [29, 92, 190], plus: [214, 98, 12], odd: '#b0178f', dot: '#8a8d95', ink: '#1d1e22', inverse: '#ffffff', dim: '#5c5f68', frame: '#5145cd' },
  dark: { nothing: [37, 40, 48], minus: [104, 166, 255], plus: [255, 158, 77], odd: '#ff7ce0', dot: '#8d919b', ink: '#eceef2', inverse: '#101114', dim: '#a3a7b0', frame: '#b9b1ff' },
};

const system = matchMedia('(prefers-color-scheme: dark)');

export function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme === 'dark' || (theme !== 'light' && system.matches);
}

const palette = () => palettes[isDark() ? 'dark' : 'light'];

/** How strongly a value is coloured, 0 to 1: the root spreads the small ones. */
const strength = (x, largest) => (largest > 0 ? Math.min(1, Math.abs(x) / largest) ** 0.6 : 0);

function colour(x, largest, colours) {
  if (!isFinite(x)) return null;
  const part = strength(x, largest), end = x < 0 ? colours.minus : colours.plus;
  return colours.nothing.map((from, i) => Math.round(from + (end[i] - from) * part));
}

export const largestOf = (values) => {
  let largest = 0;
  for (const x of values) if (typeof x === 'number' && Math.abs(x) > largest && Number.isFinite(x)) largest = Math.abs(x);
  return largest;
};

/** A small picture of a tensor, a pixel for each cell, stretched. */
export function thumbnail(heat, label) {
  return h('canvas', { class: 'thumb', role: 'img', 'aria-label': label, width: heat.columns, height: heat.rows, draw: { of: [heat.values, isDark()], paint: (canvas) => paintThumbnail(canvas, heat) } });
}

function paintThumbnail(canvas, heat) {
  const colours = palette(), image = new ImageData(heat.columns, heat.rows), largest = largestOf(heat.values);
  heat.values.forEach((x, i) => image.data.set([...(colour(x, largest, colours) ?? [214, 30, 170]), 255], 4 * i));
  canvas.getContext('2d').putImageData(image, 0, 0);
}

/** The element that a cell stands for, as indices: the largest known one in it, else its first. */
export function elementOf(tensor, row, column) {
  const { heat, shape: sizes } = tensor, across = sizes.length ? sizes[sizes.length - 1] : 1;
  const indices = (r, c) => {
    const result = [c];
    for (let d = sizes.length - 2; d >= 0; d--) { result.unshift(r % sizes[d]); r = Math.floor(r / sizes[d]); }
    return sizes.length ? result.join(',') : '0';
  };
  const rowOf = (list) => list.slice(0, -1).reduce((sum, index, d) => sum * sizes[d] + index, 0);
  const known = heat.rowSize * heat.columnSize > 1 && tensor.largest?.find(({ element }) => {
    const list = element.split(',').map(Number);
    return Math.floor(rowOf(list) / heat.rowSize) === row && Math.floor(list[list.length - 1] / heat.columnSize) === column;
  });
  return known ? known.element : indices(row * heat.rowSize, Math.min(across - 1, column * heat.columnSize));
}

let made = 0;

/** A canvas with cells that can be looked at, walked with arrow keys and chosen. */
export class HeatMap {
  /** @param actions choose(element), edit(element), step(key) */
  constructor(actions, isWalked = true) {
    Object.assign(this, { actions, isWalked });
    const id = `heatKeys${++made}`;
    this.canvas = make(h('canvas', {
      class: 'heat', tabindex: '0', role: 'application', 'aria-roledescription': 'heat map', 'data-focus': 'heat', 'aria-describedby': id,
      onkeydown: (event) => this.press(event), onmousemove: (event) => this.hover(event), onmouseleave: () => this.tip.hidden = true,
      onclick: (event) => this.pick(event, 'choose'), ondblclick: (event) => this.pick(event, 'edit'),
    }));
    this.tip = make(h('div', { class: 'tip', hidden: true }));
    this.box = make(h('div', { class: 'heatBox' }, this.canvas, this.tip));
    this.legend = make(h('p', { class: 'legend', id }));
    this.element = make(h('div', {}, this.box, this.legend));
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width > 0 && width !== this.width) { this.width = width; this.paint(); }
    }).observe(this.box);
  }

  /** @param view {tensor, tokens, selected: {row, column}, changed: Set of cells} */
  show(view) {
    Object.assign(this, { tokens: [], changed: null, ...view });
    this.paint();
  }

  paint() {
    const { tensor } = this;
    if (!tensor?.heat) return;
    const { heat } = tensor, width = Math.max(200, this.width ||= this.box.clientWidth || 480);
    const labels = this.tokens.length === heat.rows && heat.rows > 1 ? 62 : heat.rows > 1 || heat.columns > 1 ? 26 : 0;
    const cellWidth = Math.max(2, Math.min(heat.columns <= 8 ? 84 : 40, Math.floor((width - labels - 2) / heat.columns)));
    const cellHeight = Math.max(2, Math.min(cellWidth, heat.columns <= 8 ? 34 : 40, Math.floor(Math.max(300, 128) / heat.rows)));
    const top = cellWidth >= 16 && labels ? 18 : 2;
    Object.assign(this, { labels, cellWidth, cellHeight, top });
    const ratio = devicePixelRatio || 1, wide = labels + cellWidth * heat.columns + 2, high = top + cellHeight * heat.rows + 2;
    Object.assign(this.canvas, { width: wide * ratio, height: high * ratio });
    Object.assign(this.canvas.style, { width: `${wide}px`, height: `${high}px` });
    const pen = this.canvas.getContext('2d');
    pen.scale(ratio, ratio);
    this.paintCells(pen, palette());
    this.paintLabels(pen, palette());
    this.paintSelection(pen, palette());
    this.describe();
  }

  paintCells(pen, colours) {
    const { tensor: { heat }, cellWidth, cellHeight, labels, top } = this, largest = largestOf(heat.values);
    const writes = cellWidth >= 52 && cellHeight >= 18, gap = cellWidth > 6 && cellHeight > 6 ? 1 : 0;
    Object.assign(pen, { textAlign: 'center', textBaseline: 'middle', font: '12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace' });
    heat.values.forEach((x, i) => {
      const left = labels + (i % heat.columns) * cellWidth, up = top + Math.floor(i / heat.columns) * cellHeight, rgb = colour(x, largest, colours);
      pen.fillStyle = rgb ? `rgb(${rgb})` : colours.odd;
      pen.fillRect(left, up, cellWidth - gap, cellHeight - gap);
      if (writes && x !== 0) {
        pen.fillStyle = rgb && luminance(rgb) > 0.36 ? '#1d1e22' : rgb && luminance(rgb) > 0.18 ? '#0b0c0e' : '#ffffff';
        pen.fillText(signed(x, cellWidth >= 70 ? 4 : 3), left + cellWidth / 2, up + cellHeight / 2 + 0.5);
      } else if (x === 0 && cellWidth >= 5 && cellHeight >= 5) {
        pen.fillStyle = colours.dot;
        pen.beginPath();
        pen.arc(left + (cellWidth - gap) / 2, up + (cellHeight - gap) / 2, Math.min(2, cellWidth / 6), 0, 7);
        pen.fill();
      }
    });
  }

  paintLabels(pen, colours) {
    const { tensor: { heat }, cellWidth, cellHeight, labels, top } = this;
    if (!labels) return;
    Object.assign(pen, { fillStyle: colours.dim, font: '11px system-ui, sans-serif', textBaseline: 'middle' });
    const every = Math.max(1, Math.ceil(14 / cellHeight));
    pen.textAlign = 'right';
    for (let r = 0; r < heat.rows; r += every) {
      const token = this.tokens.length === heat.rows ? shown(this.tokens[r]) : r * heat.rowSize;
      pen.fillText(String(token).slice(0, 9), labels - 6, top + (r + 0.5) * cellHeight);
    }
    if (top < 10) return;
    pen.textAlign = 'center';
    for (let c = 0; c < heat.columns; c += Math.max(1, Math.ceil(24 / cellWidth))) pen.fillText(c * heat.columnSize, labels + (c + 0.5) * cellWidth, 9);
  }

  paintSelection(pen, colours) {
    const { cellWidth, cellHeight, labels, top } = this, { row, column } = this.cell();
    const outline = (r, c, width) => {
      pen.lineWidth = width;
      pen.strokeRect(labels + c * cellWidth - 0.5, top + r * cellHeight - 0.5, cellWidth, cellHeight);
    };
    this.canvas.dataset.changed = [...(this.changed ?? [])].map((cell) => elementOf(this.tensor, Math.floor(cell / this.tensor.heat.columns), cell % this.tensor.heat.columns)).join(' ');
    pen.strokeStyle = colours.ink;
    pen.setLineDash([3, 2]);
    for (const cell of this.changed ?? []) outline(Math.floor(cell / this.tensor.heat.columns), cell % this.tensor.heat.columns, 1.5);
    pen.setLineDash([]);
    if (row < 0) return;
    pen.strokeStyle = colours.frame;
    outline(row, column, cellWidth > 8 ? 3 : 2);
    this.canvas.dataset.cell = `${row},${column}`;
  }

  /** The chosen cell. */
  cell() {
    const { heat } = this.tensor;
    return { row: heat.selectedRow, column: heat.selectedColumn };
  }

  describe() {
    const { tensor } = this, { heat } = tensor, { row, column } = this.cell();
    const pooled = heat.rowSize * heat.columnSize > 1;
    const chosen = row >= 0 ? `; chosen: row ${row * heat.rowSize}, column ${column * heat.columnSize}, ${number(heat.values[row * heat.columns + column])}` : '';
    this.canvas.setAttribute('aria-label', `${tensor.symbol}, ${shape(tensor.shape)}${chosen}`);
    patch(this.legend,
      h('span', { class: 'swatch minus', 'aria-hidden': 'true' }), 'negative ', h('span', { class: 'swatch plus', 'aria-hidden': 'true' }), 'positive ', '· exactly 0',
      pooled ? h('b', {}, ` · pooled: a cell is ${heat.rowSize}×${heat.columnSize} elements and shows the largest |value|`) : null,
      this.isWalked ? h('span', { class: 'wideOnly' }, ' · arrows move, Enter changes') : null);
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect(), { heat } = this.tensor;
    const column = Math.floor((event.clientX - box.left - this.labels) / this.cellWidth), row = Math.floor((event.clientY - box.top - this.top) / this.cellHeight);
    return row >= 0 && column >= 0 && row < heat.rows && column < heat.columns ? { row, column } : null;
  }

  hover(event) {
    const cell = this.at(event);
    this.tip.hidden = !cell;
    if (!cell) return;
    const { heat } = this.tensor, x = heat.values[cell.row * heat.columns + cell.column];
    this.tip.textContent = `[${elementOf(this.tensor, cell.row, cell.column)}] ${signed(x)}${heat.rowSize * heat.columnSize > 1 ? ' (largest in the cell)' : ''}`;
    const box = this.box.getBoundingClientRect();
    this.tip.style.left = `${Math.min(event.clientX - box.left + 12, box.width - 150)}px`;
    this.tip.style.top = `${event.clientY - box.top + 14}px`;
  }

  pick(event, what) {
    const cell = this.at(event);
    if (cell) this.actions[what](elementOf(this.tensor, cell.row, cell.column));
  }

  press(event) {
    const key = { ArrowLeft: 'h', ArrowRight: 'l', ArrowUp: 'k', ArrowDown: 'j' }[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (key) this.actions.step(key);
    else if (event.key === 'Enter') this.actions.edit('');
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** A token with its spaces visible. */
export const shown = (token) => token.replace(/ /g, '·').replace(/\n/g, '↵').replace(/\t/g, '→') || '∅';

const luminance = ([r, g, b]) => [r, g, b].reduce((sum, x, i) => sum + [0.2126, 0.7152, 0.0722][i] * ((x / 255) <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4), 0);
