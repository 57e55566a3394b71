// All frames of the step in a row: click or drag to go there; breakpoints are marked.
import { h, number } from './dom.js';
import { make, patch } from './patch.js';

const names = { z: 'zero', f: 'forward', s: 'seed', b: 'backward', a: 'accumulate', c: 'clip', u: 'update', k: 'check' };

/** The bar at the foot of the page. */
export class Timeline {
  /** @param actions press(key), goFrame(id), continueTo(key) */
  constructor(footer, actions) {
    this.actions = actions;
    this.canvas = make(h('canvas', {
      class: 'timeline', tabindex: '0', role: 'slider', 'aria-label': 'frame', 'aria-valuemin': '0', 'data-focus': 'timeline',
      onpointerdown: (event) => { this.canvas.setPointerCapture(event.pointerId); this.seek(event); },
      onpointermove: (event) => { this.hover(event); if (event.buttons & 1) this.seek(event); },
      onpointerleave: () => { this.tip.hidden = true; },
      onkeydown: (event) => this.press(event),
    }));
    this.tip = make(h('div', { class: 'tip', hidden: true }));
    this.now = make(h('i', { class: 'now', 'aria-hidden': 'true' }));
    this.label = make(h('p', { class: 'frameLabel' }));
    const button = (key, name, text) => h('button', { 'aria-label': name, title: `${name} (${key})`, 'data-focus': `key ${key}`, onclick: () => actions.press(key) }, text);
    patch(footer,
      h('div', { class: 'buttons', role: 'group', 'aria-label': 'moves' },
        button('g', 'first frame', '|◀'), button('C', 'back to the breakpoint before', '◀◀'), button('p', 'previous frame', '◀'), button('n', 'next frame', '▶'), button('c', 'continue to the next breakpoint', '▶▶'), button('G', 'last frame', '▶|')),
      h('div', { class: 'track' }, this.canvas, this.now, this.tip), this.label);
    new ResizeObserver(() => this.frames && this.prepare()).observe(this.canvas);
  }

  /** The frames of a step, when they are known. */
  load(frames) {
    this.frames = frames;
    this.prepare();
  }

  /** The current frame. */
  show(view) {
    this.index = view.frame.index;
    this.canvas.setAttribute('aria-valuemax', String(view.frameCount - 1));
    this.canvas.setAttribute('aria-valuenow', String(this.index));
    this.canvas.setAttribute('aria-valuetext', `${this.index} of ${view.frameCount - 1}: ${view.frame.text}`);
    patch(this.label, h('b', {}, `frame ${view.frame.index}`), `/${view.frameCount - 1}`, h('span', { class: `kind ${view.frame.kind}` }, view.frame.kind), view.breaks.length ? h('span', { class: 'breaks' }, `◆ ${view.breaks.join(', ')}`) : null);
    this.now.style.setProperty('--at', this.index / view.frameCount);
    this.now.style.setProperty('--wide', 1 / view.frameCount);
  }

  /** Bars do not change while one walks: they are painted once. */
  prepare() {
    const { kinds, magnitudes, breaks = [] } = this.frames, width = this.canvas.clientWidth, height = this.canvas.clientHeight, ratio = devicePixelRatio || 1;
    if (!width) return;
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    const pen = this.canvas.getContext('2d'), style = getComputedStyle(this.canvas), colours = {};
    pen.scale(ratio, ratio);
    for (const letter of Object.keys(names)) colours[letter] = style.getPropertyValue(`--${names[letter]}`) || '#888';
    const finite = magnitudes.filter((x) => typeof x === 'number' && x > 0), low = Math.log(Math.min(...bounds(finite))), high = Math.log(Math.max(...bounds(finite)));
    const total = kinds.length, room = height - 12;
    for (let x = 0; x < width; x++) {
      const from = Math.floor(x * total / width), until = Math.max(from + 1, Math.floor((x + 1) * total / width));
      let tallest = 0.12, broken = false;
      for (let i = from; i < until; i++) {
        const size = magnitudes[i];
        if (typeof size !== 'number') broken = true;
        else if (size > 0) tallest = Math.max(tallest, high > low ? 0.2 + 0.8 * (Math.log(size) - low) / (high - low) : 0.6);
      }
      const isEdge = width >= 3 * total && Math.floor((x + 1) * total / width) !== from;
      if (isEdge) continue;
      pen.fillStyle = broken ? style.getPropertyValue('--bad') : colours[kinds[from]];
      pen.fillRect(x, height - 2 - (broken ? 1 : tallest) * room, 1, (broken ? 1 : tallest) * room);
    }
    pen.fillStyle = style.getPropertyValue('--bad');
    for (const mark of breaks) {
      const x = (mark.index + 0.5) * width / total;
      pen.beginPath();
      pen.moveTo(x, 0); pen.lineTo(x + 4, 4); pen.lineTo(x, 8); pen.lineTo(x - 4, 4);
      pen.fill();
    }
  }

  indexAt(event) {
    const box = this.canvas.getBoundingClientRect(), total = this.frames?.kinds.length ?? 0;
    return Math.max(0, Math.min(total - 1, Math.floor((event.clientX - box.left) / box.width * total)));
  }

  seek(event) {
    if (!this.frames) return;
    const index = this.indexAt(event);
    if (index !== this.asked) this.actions.goFrame(this.frames.ids[index]);
    this.asked = index;
    setTimeout(() => { this.asked = -1; }, 300);
  }

  hover(event) {
    if (!this.frames) return;
    const index = this.indexAt(event), size = this.frames.magnitudes[index], box = this.canvas.getBoundingClientRect();
    this.tip.hidden = false;
    this.tip.textContent = `${index} · ${this.frames.texts[index].replace(/\s+/g, ' ')}${size ? ` · rms ${number(size, 3)}` : ''}`;
    this.tip.style.left = `${Math.max(0, Math.min(event.clientX - box.left - 40, box.width - this.tip.offsetWidth))}px`;
  }

  press(event) {
    const key = { ArrowLeft: 'p', ArrowDown: 'p', ArrowRight: 'n', ArrowUp: 'n', Home: 'g', End: 'G' }[event.key];
    if (!key || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.actions.press(key);
  }
}

const bounds = (values) => {
  let low = Infinity, high = 0;
  for (const x of values) { low = Math.min(low, x); high = Math.max(high, x); }
  return high > 0 ? [low, high] : [1, 1];
};
