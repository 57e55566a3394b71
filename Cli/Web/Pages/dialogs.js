// What one asks in a dialog: find a frame, change a number, compare two places, answer a question.
import { h, number, signed, value, replace, hint } from './dom.js';
import { open } from './help.js';

/** Finds frames by words. */
export function findFrame(source, view, go) {
  const list = h('ol', { class: 'found', 'aria-live': 'polite' });
  const input = h('input', { type: 'search', 'aria-label': 'words', placeholder: 'backward softmax', autocomplete: 'off', spellcheck: 'false' });
  let turn = 0;
  input.addEventListener('input', async () => {
    const mine = ++turn, found = input.value.trim() ? await source.find(view.cursor, input.value) : [];
    if (mine !== turn) return;
    replace(list, found.length || !input.value.trim() ? found.map((frame) => h('li', {}, h('button', { class: 'wideButton', onclick: () => { dialog.close(); go(frame.cursor); } }, h('span', { class: `kind ${frame.kind}` }, frame.kind), frame.text, h('small', {}, frame.module)))) : h('li', { class: 'dim' }, 'no frame holds all of these words'));
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') list.querySelector('button')?.click();
    if (event.key === 'ArrowDown') list.querySelector('button')?.focus();
  });
  const dialog = open('Find a frame', [h('p', { class: 'row' }, input, hint('find')), list], 'find');
  input.focus();
}

/** Gives an element another value and shows what follows. */
export function editNumber(source, view) {
  const { subject, element } = view;
  if (!element) return;
  const result = h('div', { 'aria-live': 'polite' });
  const input = h('input', { type: 'text', inputmode: 'decimal', value: String(element.kernel), 'aria-label': 'new value' });
  const form = h('form', { class: 'row', onsubmit: async (event) => {
    event.preventDefault();
    try { replace(result, whatFollows(await source.whatIf(view.cursor, subject.name, element.indices, Number(input.value.replace('−', '-'))))); } catch (problem) { replace(result, h('p', { class: 'bad' }, problem.message)); }
  } }, h('label', {}, `${subject.symbol}[${element.indices}] = `, input), h('button', {}, 'What if?'), hint('what-if'));
  open('What if it were another number?', [form, result], 'whatif');
  input.select();
}

function whatFollows(answer) {
  return h('pre', {}, JSON.stringify(answer, null, 1));
}

/** Two places side by side. */
export async function compareWith(source, view, mark) {
  if (!mark || mark === view.cursor) {
    open('Compare two places', [h('p', {}, 'Mark this place with = , go to another one, and press d there.'), h('p', {}, hint('compare'))], 'compare');
    return;
  }
  const answer = await source.compare(mark, view.cursor);
  open('Compare', h('pre', {}, JSON.stringify(answer, null, 1)), 'compare');
}

/** A question about a gradient. */
export async function askQuiz(source, view) {
  const question = await source.quiz(view.cursor);
  open('Quiz', h('pre', {}, JSON.stringify(question, null, 1)), 'quiz');
  void [number, signed, value];
}
