// What every part of the page means, and the keys.
import { h } from './dom.js';
import { make } from './patch.js';

/** Topics of [data-help]: a title and sentences. */
export const topics = {
  modules: ['Modules', 'The parts of the model. The bar is each part\'s share of the squared length of the gradient: where the step will change most. Choose one to go to its frames.', 'Keys: ] next module, [ the one before, Shift with the arrows does the same.'],
  facts: ['The step in numbers', 'What one training step is made of: its loss, how long the gradient is, how many numbers it has to move, and how many it computed on the way.'],
  tape: ['The tape', 'Every operation that ran, in order: forward from the inputs to the loss, then backward from the loss to the inputs, then the optimizer. Clearing the gradients, the seed ∂L/∂L = 1 and every += are stops of their own, because they are what surprises people.', 'Keys: n next, p previous. Going back never computes anything again.'],
  rule: ['The rule', 'Left: what comes in from above. Middle: what this operation does with it. Right: what it hands on. Backward, an operation knows nothing of the loss: it multiplies the gradient that arrives by its own derivative, and passes the product on. That is the chain rule.', 'Choose a tensor to look at it below; t goes to the next one.'],
  tensor: ['The tensor', 'Each cell is an element: blue is negative, orange positive, a dot is exactly 0, magenta is not a number. Large tensors are pooled: a cell then shows the value with the largest magnitude among those it stands for, so that spikes do not vanish.', 'Arrows move the chosen cell while the map has the focus; click goes into an element; double click or Enter asks "what if it were another number?".'],
  terms: ['Terms', 'One number of the gradient, taken apart: the summands that it is made of, each a product of numbers that you can look up. Their sum is computed here in float64 and must be what the kernels made in float32, within their rounding.', 'i goes into the element and then to its terms, o or Esc comes back.'],
  proof: ['Proof', 'A finite difference changes one number a little, up and down, computes the whole loss again in float64, and divides. It knows nothing of derivatives: if it agrees with the kernels, the gradient is right. A ✓ is only shown for what was really computed.', 'f checks this element, F checks up to 64 of the tensor.'],
  update: ['Promise and outcome', 'To first order the loss changes by Σ g·Δw: each weight\'s gradient times how far the optimizer moves it. That is the promise. The outcome is the loss computed again with the new weights, on the same batch. The nearer the two, the straighter the loss is along the step: a large learning rate leaves the straight part.'],
  ledger: ['Ledger', 'If several operations read a tensor, each of them adds its share to the tensor\'s gradient. The ledger says who added what, in the order in which it happened, like an account: the total is the gradient. Rows below the current frame are still to come.', 'The frame numbers lead to the moment of each entry.'],
  code: ['Code', 'The lines of C# that computed this number, from the program that is running, not from a copy. Change them and look again.'],
  graph: ['Around it', 'The operations at most two steps before and after this one. Choose one to go there.'],
  notes: ['Worth knowing', 'What the rule alone does not say: a unit that is switched off, a softmax so sure that its gradient vanishes, a position that is masked, weights that two places share, a gradient that was clipped. Each remark leads to its cause.'],
  tokens: ['Tokens', 'The text of this step, token by token. The stronger the colour, the larger the loss: the model did not expect what came next.'],
  attention: ['Attention', 'Each row is a token that looks at the tokens up to itself; the cells of a row are shares that add up to 1. The entropy of a row is 0 when it looks at one place only. ∂L/∂p shows which looks the loss would like stronger (blue) or weaker (orange).'],
  lens: ['Logit lens', 'After every part of the model the residual stream is read as if it were the last one. The table shows the likeliest token at each place, coloured by its probability: one sees where the answer appears.'],
  'line-search': ['Line search', 'The update\'s direction is kept and its length changed. Near ×1 the loss falls as the gradient predicted; far out the curve bends: the gradient is only true nearby. That is what the learning rate is about.'],
  'what-if': ['What if', 'Give one number another value: the rest of the step is computed again in float64, what changed is outlined, and the change of the loss is shown. Divided by the change of the number it is a finite difference made by hand. The run itself is never touched.'],
  compare: ['Compare', 'Two places of the run, side by side: the difference of the tensors, the cosine of the angle between the gradients, and the ratio of their lengths. Mark the first with =, go to the second, press d.'],
  quiz: ['Quiz', 'The gradient is hidden; you say what it is, as a number or as a formula. The answer tells whether it is exact, close, or one of the classic mistakes: a flipped sign, a forgotten +=, a transposed matrix.'],
  find: ['Find', 'By name: largest lists the largest gradient of every parameter, nan where a number first went wrong, dead the units that are off in every row, and the name of a tensor leads to its finished gradient.', 'Other words are sought in the frames, in any order: an operation, a module, a tensor, a kind or an id. Try: backward softmax, or wte.'],
  timeline: ['Timeline', 'All frames of the step from left to right; the height is the size of the numbers that flow there, on a logarithmic scale. ◆ marks breakpoints. Click or drag to go anywhere.'],
};

const pageKeys = [
  ['← → ↑ ↓', 'move the element while the map has the focus; elsewhere ← and → are previous and next frame'],
  ['Shift ← →', 'module before, next module'], ['Esc', 'out; closes what is open'], ['e  Enter', 'what if this number were another?'],
  ['=', 'mark this place'], ['d', 'compare with the mark'], ['/', 'find'], ['Q', 'quiz'], ['?', 'this help'],
];

/** The contents of the help: the keys as the terminal has them, those of the page, and every topic. */
export function overview(keys) {
  return [
    h('p', {}, 'Pick any number: see the formula that made it, the numbers that went in, who asked for it, proof that it is right, the code, and what it does to the weight. The address of the page is the place: share it, reload it, go back.'),
    h('div', { class: 'columns' }, table('moves, as in the terminal', keys.map((key) => [key.key, key.meaning])), table('on this page', pageKeys)),
    h('h3', {}, 'The parts of the page'),
    h('dl', { class: 'topics' }, Object.values(topics).map(([title, ...text]) => [h('dt', {}, title), h('dd', {}, text.join(' '))])),
  ];
}

const table = (caption, rows) => h('table', { class: 'keys' }, h('caption', {}, caption), h('tbody', {}, rows.map(([key, meaning]) => h('tr', {}, h('th', { scope: 'row' }, h('kbd', {}, key)), h('td', {}, meaning)))));

/** Opens a dialog over the page; Esc and the button close it. */
export function open(title, contents, kind = '') {
  document.querySelector('dialog[open]')?.close();
  const opened = performance.now();
  const dialog = make(h('dialog', { 'aria-labelledby': 'dialogTitle', class: kind },
    h('div', { class: 'titled' }, h('h2', { id: 'dialogTitle' }, title), h('button', { class: 'close', 'aria-label': 'close', onclick: () => dialog.close() }, '✕')),
    h('div', { class: 'body' }, contents)));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => { if (event.target === dialog && performance.now() - opened > 500) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Explains a topic. */
export function explainTopic(topic) {
  const [title, ...text] = topics[topic];
  open(title, text.map((sentence) => h('p', {}, sentence)), 'topic');
}
