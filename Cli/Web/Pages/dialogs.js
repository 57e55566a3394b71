// What one asks in a dialog: find a frame, change a number, compare two places, answer a question.
import { h, number, aligned, value, count, formula, hint, titled } from './dom.js';
import { make, patch } from './patch.js';
import { change } from './cursor.js';
import { thumbnail } from './heatmap.js';
import { open } from './help.js';

const mostNames = 32;

/** Finds what has a name ("largest", "nan", "dead", a tensor) and frames by their words. */
export function findFrame(source, view, go) {
  const list = make(h('ol', { class: 'found', 'aria-live': 'polite' }));
  const input = make(h('input', { type: 'search', 'aria-label': 'words', placeholder: 'backward softmax', autocomplete: 'off', spellcheck: 'false', oninput: () => search() }));
  const item = (one) => h('li', {}, h('button', { class: 'wideButton', onclick: () => { dialog.close(); go(one.cursor); } }, h('span', { class: `kind ${one.kind}` }, one.kind), one.text, h('small', {}, one.module)));
  let turn = 0;
  const search = async () => {
    const mine = ++turn, words = input.value.trim(), found = words ? await source.find(view.cursor, words) : [];
    if (mine === turn) patch(list, words && !found.length ? h('li', { class: 'dim' }, nothing[words.toLowerCase()] ?? 'no frame holds all of these words') : found.map(item));
  };
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') list.querySelector('button')?.click();
    if (event.key === 'ArrowDown') list.querySelector('button')?.focus();
  });
  const named = source.abilities.named ? h('div', { class: 'row tight', role: 'group', 'aria-label': 'often sought' }, Object.keys(nothing).map((word) => h('button', { class: 'chip', onclick: () => { input.value = word; search(); } }, word))) : null;
  const dialog = open('Find', [h('p', { class: 'row' }, input, hint('find'), named), list], 'find');
  input.focus();
}

/** What is sought by name, and what it says if there is none. */
const nothing = { largest: 'no parameter has a gradient', nan: 'every number of this step is finite', dead: 'no unit is off in all rows' };

/** Asks for another value of the chosen element. @param then called with what follows from it */
export function editNumber(source, view, then) {
  const { subject, element } = view;
  if (!element || !subject) return;
  const name = `${subject.name}[${element.indices}]`, now = element.value ?? element.kernel;
  const problem = make(h('p', { class: 'bad', role: 'alert' }));
  const input = make(h('input', { type: 'text', inputmode: 'decimal', value: String(now), 'aria-label': `new value of ${name}`, spellcheck: 'false', autocomplete: 'off' }));
  const nudge = (by) => h('button', { type: 'button', onclick: () => { input.value = String(Number((Number(input.value) + by).toPrecision(12))); } }, by > 0 ? `+${by}` : `−${-by}`);
  const form = h('form', { class: 'stack', onsubmit: async (event) => {
    event.preventDefault();
    try {
      const text = input.value.trim().replace('−', '-').replace(',', '.');
      if (text === '' || !Number.isFinite(Number(text))) throw new Error(`'${input.value}' is no number`);
      const answer = await source.whatIf(view.cursor, subject.name, element.indices, Number(text));
      dialog.close();
      then(answer);
    } catch (error) { problem.textContent = error.message; }
  } },
    h('p', { class: 'row' }, h('label', {}, h('b', {}, `${name} = `), input), nudge(-0.01), nudge(0.01)),
    problem,
    h('p', { class: 'row' }, h('button', { class: 'primary' }, 'What if?'), hint('what-if'), h('span', { class: 'dim' }, 'the rest is computed again in float64; the run is not touched')));
  const dialog = open('What if it were another number?', form, 'whatif');
  input.focus();
  input.select();
}

/** What follows from another value. @param takeBack forgets it */
export function whatFollows(answer, takeBack) {
  const before = aligned([answer.lossBefore, answer.lossAfter]);
  return [titled('whatIfTitle', `What if ${answer.tensor}[${answer.element}] were ${number(answer.after)}?`, 'what-if', h('button', { 'data-focus': 'take back', onclick: takeBack }, 'Take back ', h('kbd', {}, 'Esc'))),
    answer.readAs.map((sentence) => h('p', {}, sentence)),
    h('table', { class: 'follows', 'aria-label': 'what follows' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, ''), h('th', { scope: 'col', class: 'n' }, 'before'), h('th', { scope: 'col', class: 'n' }, 'after'), h('th', { scope: 'col', class: 'n' }, 'change'), h('th', { scope: 'col', class: 'n' }, 'predicted by g·Δ'))),
      h('tbody', {},
        h('tr', {}, h('th', { scope: 'row' }, 'loss'), h('td', { class: 'n' }, value(answer.lossBefore, { format: before })), h('td', { class: 'n' }, value(answer.lossAfter, { format: before })), h('td', { class: 'n' }, value(answer.change)), h('td', { class: 'n' }, answer.predicted === undefined ? '' : value(answer.predicted))),
        answer.slope === undefined ? null : h('tr', {}, h('th', { scope: 'row' }, 'slope'), h('td', {}), h('td', {}), h('td', { class: 'n' }, value(answer.slope)), h('td', { class: 'n' }, answer.gradient === undefined ? '' : value(answer.gradient))))),
    h('p', { class: 'label' }, 'what changed, after − before'),
    h('div', { class: 'changes' }, answer.changed.slice(0, 12).map((tensor) => h('div', { class: 'change', title: tensor.largest.map((cell) => `[${cell.element}] ${number(cell.before)} → ${number(cell.after)}`).join('\n') },
      tensor.difference ? thumbnail(tensor.difference, `change of ${tensor.name}`) : null, h('span', {}, h('b', {}, tensor.name), h('small', {}, `${count(tensor.changed)} of ${count(tensor.count)} · at most ${number(tensor.maxAbs, 3)}`)))),
      answer.changed.length > 12 ? h('p', { class: 'dim' }, `and ${answer.changed.length - 12} more`) : null)];
}

/** Two places side by side. @param mark the place that was marked with = */
export function compareWith(source, view, mark, go) {
  const result = make(h('div', { 'aria-live': 'polite', class: 'stack' }));
  const other = mark || (view.lastStep ? change(view.cursor, { step: view.step === view.lastStep ? 0 : view.lastStep }) : view.cursor);
  const field = (name, cursor) => make(h('input', { type: 'text', name, value: cursor, 'aria-label': `place ${name}`, size: 24, spellcheck: 'false', autocomplete: 'off' }));
  const [a, b] = [field('A', other), field('B', view.cursor)];
  const run = async () => {
    try { patch(result, sideBySide(await source.compare(a.value.trim(), b.value.trim()), (cursor) => { dialog.close(); go(cursor); })); } catch (error) { patch(result, h('p', { class: 'bad' }, error.message), error.help ? h('p', { class: 'dim' }, error.help) : null); }
  };
  const dialog = open('Compare two places', [
    h('form', { class: 'row', onsubmit: (event) => { event.preventDefault(); run(); } }, h('label', {}, 'A ', a), h('label', {}, 'B ', b), h('button', { class: 'primary' }, 'Compare'), hint('compare')),
    h('p', { class: 'dim' }, 'A place is step:frame, as in the address; = marks one while you walk.'), result], 'compare');
  if (a.value !== b.value) run();
  else a.focus();
}

function sideBySide(diff, go) {
  const side = (name, one) => h('div', { class: 'side' }, h('button', { onclick: () => go(one.cursor) }, h('b', {}, name), ` step ${one.step} · ${one.tensor}`), h('small', {}, `${one.frame} · loss ${number(one.loss)}`));
  const fact = (name, x) => (x === undefined ? null : h('div', {}, h('dt', {}, name), h('dd', {}, value(x, { format: number }))));
  const map = (heat, label) => h('figure', {}, h('figcaption', {}, label), thumbnail(heat, label));
  const format = aligned(diff.largest.flatMap((cell) => [cell.a, cell.b, cell.difference]), true);
  return [h('div', { class: 'sides' }, side('A', diff.a), side('B', diff.b)),
    diff.readAs.map((sentence) => h('p', {}, sentence)),
    h('dl', { class: 'stats', id: 'diffFacts' }, fact('cosine', diff.cosine), fact('cos of ∂L', diff.gradientCosine), fact('cos of all gradients', diff.wholeGradientCosine), fact('‖A‖', diff.normA), fact('‖B‖', diff.normB), fact('‖B − A‖', diff.distance), fact('signs flipped', diff.signsFlipped)),
    h('div', { class: 'maps' }, map(diff.difference, 'B − A'), map(diff.ratio, 'log₂|B/A|: orange grew, blue shrank')),
    h('div', { class: 'scroll' }, h('table', { 'aria-label': 'largest differences' },
      h('thead', {}, h('tr', {}, ['element', 'A', 'B', 'B − A', 'B/A'].map((name, i) => h('th', { scope: 'col', class: i ? 'n' : null }, name)))),
      h('tbody', {}, diff.largest.map((cell) => h('tr', {}, h('th', { scope: 'row' }, `[${cell.element}]`), [cell.a, cell.b, cell.difference].map((x) => h('td', { class: 'n' }, value(x, { format }))), h('td', { class: 'n' }, value(cell.ratio, { format: (x) => number(x, 4) })))))))];
}

/** A question about a gradient; the page behind is covered, it would tell. */
export async function askQuiz(source, view, go) {
  const body = make(h('div', { class: 'stack' }));
  const ask = async (seed) => {
    try { patch(body, question(await source.quiz(view.cursor, seed))); } catch (error) {
      if (seed === '') await ask(random());
      else patch(body, h('p', { class: 'bad' }, error.message));
    }
  };
  const random = () => String(Math.floor(Math.random() * 1e9));
  const question = (one) => {
    const verdict = make(h('p', { class: 'answer', role: 'status' }));
    const input = make(h('input', { type: 'text', 'aria-label': 'answer', spellcheck: 'false', autocomplete: 'off', size: 34, placeholder: 'a number or an expression' }));
    const form = h('form', { class: 'row', onsubmit: async (event) => {
      event.preventDefault();
      try {
        const said = await source.answer(one.cursor, input.value);
        verdict.className = `answer verdict ${said.passed ? 'ok' : said.verdict === 'close' ? '' : 'bad'}`;
        patch(verdict, h('b', {}, said.verdict), ` ${said.text}`);
        show.hidden = said.expected === undefined;
      } catch (error) { verdict.textContent = error.message; }
    } }, h('label', {}, '∂L/∂ ', input), h('button', { class: 'primary' }, 'Answer'), hint('quiz'));
    const show = make(h('button', { hidden: true, onclick: () => { dialog.close(); go(one.cursor); } }, 'See how it is made'));
    setTimeout(() => input.focus());
    return [h('p', { class: 'question' }, one.text), one.rule ? formula(one.rule, 'rule') : null,
      h('p', { class: 'dim' }, `${count(one.terms)} ${one.terms === 1 ? 'term' : 'terms'}, sent back by ${one.consumers.join(' and ')}`),
      form, verdict, h('p', { class: 'dim' }, one.help),
      h('div', { class: 'names' }, one.names.slice(0, mostNames).map((name) => h('button', { type: 'button', class: 'chip', title: 'put it into the answer', onclick: () => { input.setRangeText(name.name, input.selectionStart, input.selectionEnd, 'end'); input.focus(); } }, `${name.name} = `, number(name.value))), one.names.length > mostNames ? h('span', { class: 'dim' }, `and ${one.names.length - mostNames} more like these`) : null),
      h('p', { class: 'row' }, h('button', { onclick: () => ask(random()) }, 'Another question'), show)];
  };
  const dialog = open('Quiz', body, 'quiz');
  await ask('');
}
