// A run as it trains: its curve, its numbers, what it writes, and a button that holds it and opens its next step.
import { h, s, number, count, isFinite } from './dom.js';
import { patch } from './patch.js';

const $ = (id) => document.getElementById(id);
const mostSamples = 12, mostPoints = 600;
const run = { start: null, steps: [], evaluations: [], samples: [], scores: {}, end: null, paused: false, page: null, isAsking: false };
let drawn = 0, wanted = false;

const on = {
  start: (event) => { run.start = event; },
  step: (event) => {
    if (isFinite(event.loss)) run.steps.push(event);
    if (run.steps.length > 2 * mostPoints) run.steps = run.steps.filter((_, i) => i % 2 === 0 || i === run.steps.length - 1);
  },
  evaluation: (event) => { run.evaluations.push(event); },
  sample: (event) => { run.samples = [event, ...run.samples].slice(0, mostSamples); },
  scores: (event) => { run.scores = event.scores; },
  notice: (event) => { $('live').textContent = event.message; },
  end: (event) => { run.end = event; },
};

/** Draws soon, and not more often than the eye can follow. */
function draw() {
  if (wanted) return;
  wanted = true;
  setTimeout(() => { wanted = false; drawn = Date.now(); render(); }, Math.max(0, drawn + 200 - Date.now()));
}

function render() {
  const last = run.steps.at(-1), start = run.start;
  document.title = `${last ? `step ${count(last.step)} · ` : ''}${start?.run ?? ''} · pure-llm train`;
  patch($('where'), h('b', {}, start?.folder ?? 'preparing …'), start ? h('span', {}, `${count(start.parameters)} parameters`) : null,
    h('span', { id: 'state', 'data-state': run.end ? 'ended' : run.paused ? 'paused' : 'training' }, run.end ? run.end.outcome : run.paused ? 'paused' : 'training'));
  patch($('actions'), buttons());
  patch($('chart'), chart());
  patch($('legend'), h('b', { class: 'train' }, 'training'), ' · ', h('b', { class: 'val' }, 'validation'), isFinite(start?.floor) ? [' · ', h('b', { class: 'floor' }, `best possible ${number(start.floor, 3)}`)] : null);
  patch($('facts'), facts(last, start));
  patch($('scores'), Object.entries(run.scores).map(([name, share]) => h('div', {}, h('dt', {}, name), h('dd', {}, `${number(100 * share, 3)} %`))));
  patch($('samples'), run.samples.map((sample) => h('li', {}, h('span', { class: 'when' }, `step ${count(sample.step)}`), h('p', {}, h('b', {}, sample.prompt), sample.text))));
}

function buttons() {
  if (run.end) return h('span', { class: 'dim' }, `pure-llm step ${run.start?.folder ?? ''} --web opens its steps`);
  return [
    run.page ? h('a', { id: 'open', href: run.page }, 'open its next step') : null,
    run.paused ? h('button', { id: 'resume', class: 'main', 'data-focus': 'pause', disabled: run.isAsking, onclick: () => change('resume') }, 'resume ', h('kbd', { 'aria-hidden': 'true' }, 'p'))
      : h('button', { id: 'pause', class: 'main', 'data-focus': 'pause', disabled: !run.start || run.isAsking, onclick: () => change('pause') }, 'pause training here ', h('kbd', { 'aria-hidden': 'true' }, 'p')),
  ];
}

function facts(last, start) {
  const validation = run.evaluations.at(-1)?.val_loss;
  const rows = [
    ['step', last ? `${count(last.step)}${start ? ` of ${count(start.steps)}` : ''}` : '…'],
    ['loss', number(last?.loss, 4)], ['validation', isFinite(validation) ? number(validation, 4) : '…'],
    ['learning rate', number(last?.learning_rate, 3)], ['gradient norm', number(last?.grad_norm, 3)],
    ['tokens a second', last?.tokens_per_second ? count(Math.round(last.tokens_per_second)) : '…'],
    ['time', last ? `${Math.round(last.seconds)} s` : '…'],
  ];
  return rows.map(([name, text]) => h('div', {}, h('dt', {}, name), h('dd', {}, text)));
}

function chart() {
  const points = run.steps, tests = run.evaluations.filter((event) => isFinite(event.val_loss));
  if (points.length + tests.length < 2) return h('p', { class: 'dim' }, 'the curve begins with the first steps');
  const box = { width: 760, height: 300, left: 52, right: 14, top: 12, bottom: 30 };
  const floor = run.start?.floor, most = run.start?.steps ?? points.at(-1).step;
  const losses = [...points.map((event) => event.loss), ...tests.map((event) => event.val_loss)];
  const low = Math.max(1e-6, Math.min(...losses, isFinite(floor) ? floor : Infinity)), high = Math.max(...losses);
  const x = (step) => box.left + step / Math.max(1, most) * (box.width - box.left - box.right);
  const y = (loss) => box.height - box.bottom - (Math.log(loss) - Math.log(low)) / (Math.log(high) - Math.log(low) || 1) * (box.height - box.top - box.bottom);
  const ticks = [...new Set([low, Math.sqrt(low * high), high].map((loss) => Number(loss.toPrecision(2))))].filter((loss) => loss >= low * 0.98 && loss <= high * 1.02);
  const stride = Math.ceil(points.length / mostPoints);
  return s('svg', { viewBox: `0 0 ${box.width} ${box.height}`, role: 'img', 'aria-label': `loss by step, now ${number(losses[points.length - 1] ?? losses.at(-1), 4)} at step ${points.at(-1)?.step ?? 0}`, 'data-points': points.length },
    ticks.map((loss) => [s('line', { class: 'axis', x1: box.left, x2: box.width - box.right, y1: y(loss), y2: y(loss) }), s('text', { class: 'end', x: box.left - 8, y: y(loss) + 4 }, number(loss, 2))]),
    [0, 0.5, 1].map((part) => s('text', { class: part === 1 ? 'end' : 'middle', x: x(part * most), y: box.height - 8 }, count(Math.round(part * most)))),
    isFinite(floor) ? s('line', { class: 'floor', x1: box.left, x2: box.width - box.right, y1: y(floor), y2: y(floor) }) : null,
    s('polyline', { class: 'train', points: points.filter((_, i) => i % stride === 0 || i === points.length - 1).map((event) => `${x(event.step).toFixed(1)},${y(event.loss).toFixed(1)}`).join(' ') }),
    s('polyline', { class: 'val', points: tests.map((event) => `${x(event.step).toFixed(1)},${y(event.val_loss).toFixed(1)}`).join(' ') }),
    tests.map((event) => s('circle', { class: 'dot', cx: x(event.step), cy: y(event.val_loss), r: 3 })));
}

/** Holds the run or lets it go on. */
async function change(name) {
  $('problem').hidden = true;
  run.isAsking = true;
  render();
  try {
    const response = await fetch(`/api/training/${name}`, { method: 'POST' });
    const state = await response.json();
    if (!response.ok) throw Object.assign(new Error(state.error), { help: state.help });
    take(state);
  } catch (problem) {
    patch($('problem'), h('b', {}, problem.message), problem.help ? h('p', {}, problem.help) : null);
    $('problem').hidden = false;
  }
  run.isAsking = false;
  render();
}

function take(state) {
  run.paused = state.paused && !state.ended;
  run.page = state.page ?? null;
  $('live').textContent = run.paused ? `paused after step ${state.step}` : 'training';
}

document.addEventListener('keydown', (event) => {
  if (event.key !== 'p' || event.ctrlKey || event.altKey || event.metaKey || run.end || event.target.closest('input, textarea')) return;
  change(run.paused ? 'resume' : 'pause');
  event.preventDefault();
});

const events = new EventSource('/api/events');
let isFirst = true;
events.onopen = () => {
  if (!isFirst) Object.assign(run, { steps: [], evaluations: [], samples: [] }); // the feed tells everything again
  isFirst = false;
};
events.onmessage = (message) => {
  const event = JSON.parse(message.data);
  on[event.event]?.(event);
  if (event.event === 'end') events.close();
  draw();
};
events.onerror = () => { if (!run.end) { $('live').textContent = 'the program that trains does not answer'; } };

try { document.documentElement.dataset.theme = localStorage.getItem('pure-llm-theme') ?? 'auto'; } catch { document.documentElement.dataset.theme = 'auto'; }
fetch('/api/training').then((response) => response.json()).then((state) => { take(state); draw(); }).catch(() => {});
render();
