// One element taken apart: its terms, its proofs, the code that made it, and the ledger of its tensor.
import { h, number, signed, aligned, value, titled, copy, count, shape, isFinite } from './dom.js';
import { addressOf } from './cursor.js';

/** The chosen element: the rule with numbers, the summands, and whether they add up. @param actions {edit, go} */
export function element(view, actions) {
  const { element: one, subject } = view;
  if (!one) return null;
  return [
    titled('elementTitle', `${subject?.symbol ?? 'element'}[${one.indices}]`, 'terms', one.meaning ? h('span', { class: 'dim' }, one.meaning) : null),
    h('p', { class: 'big' },
      h('button', { class: 'valueButton', title: 'what if it were another number? (Enter or double click)', 'data-focus': 'value', onclick: () => actions.edit('') }, value(one.kernel)),
      one.value === undefined || one.value === one.kernel ? null : h('span', { class: 'dim' }, subject.kind === 'gradient' ? 'of ' : 'before: ', h('b', {}, `${subject.name}[${one.indices}]`), ' = ', value(one.value, { format: number })),
      one.proof ? verdict(one.proof) : null),
    one.lines.length ? h('dl', { class: 'lines' }, one.lines.map((line) => [h('dt', {}, line.name), h('dd', {}, h('span', { class: 'expression' }, `= ${line.expression}`), h('span', {}, '= ', value(line.value)))])) : null,
    one.terms.length ? terms(view, one, actions) : null,
  ];
}

function terms(view, one, actions) {
  const format = aligned([...one.terms.map((term) => term.value), one.moreSum, one.sum ?? 0], true);
  const largest = Math.max(...one.terms.map((term) => Math.abs(term.value)).filter(isFinite), 0);
  return h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'terms of the sum', 'data-focus': 'terms' }, h('table', { class: 'terms', 'aria-label': 'terms' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'term'), h('th', { scope: 'col' }, 'made of'), h('th', { scope: 'col', class: 'n' }, 'value'), h('th', { class: 'barCell', 'aria-hidden': 'true' }))),
    h('tbody', {},
      one.terms.map((term, i) => h('tr', { 'aria-current': view.level === 'term' && i === (one.selectedTerm ?? -1) ? 'true' : null },
        h('th', { scope: 'row' }, term.label),
        h('td', { class: 'factors' }, term.factors.map((factor, f) => [f ? h('i', {}, ' × ') : null, h('span', {}, factor.cursor ? h('a', { href: addressOf(factor.cursor, actions.addressing), title: 'where it was made', 'data-focus': `factor ${i} ${f}`, onclick: (event) => { event.preventDefault(); actions.go(factor.cursor); } }, h('var', {}, factor.name)) : h('var', {}, factor.name), ' ', h('span', { class: 'num', title: String(factor.value) }, number(factor.value)))])),
        h('td', { class: 'n' }, value(term.value, { format })),
        h('td', { class: 'barCell', 'aria-hidden': 'true' }, h('span', { class: `bar ${term.value < 0 ? 'minus' : 'plus'}`, '--part': largest ? Math.abs(term.value) / largest : 0 })))),
      one.moreTerms ? h('tr', { class: 'rest' }, h('th', { scope: 'row' }, `… ${count(one.moreTerms)} more`), h('td', {}, 'their sum'), h('td', { class: 'n' }, value(one.moreSum, { format })), h('td', { 'aria-hidden': 'true' })) : null),
    one.sum === undefined ? null : h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, 'Σ'), h('td', {}, 'all terms, in float64'), h('td', { class: 'n' }, value(one.sum, { format })), h('td', { 'aria-hidden': 'true' })))));
}

/** ✓ or ✗ in words and numbers. */
export function verdict(proof) {
  return h('span', { class: `verdict ${proof.passed ? 'ok' : 'bad'}`, title: `${proof.detail ?? ''}` },
    proof.passed ? '✓ ' : '✗ ', proof.name, h('small', {}, ` Δ ${number(proof.error, 3)} ${proof.unit}, allowed ${number(proof.tolerance, 3)}`));
}

/** What the gradient promised and what the update brought. */
export function update(view) {
  const { update: step } = view;
  if (!step) return null;
  return [titled('updateTitle', 'Promise and outcome', 'update', h('span', { class: 'dim' }, `${step.optimizer}, update ${count(step.number)} of ${count(step.weights)} weights, η = ${number(step.learningRate, 4)}`)),
    h('dl', { class: 'pair wide' },
      h('dt', {}, '‖g‖'), h('dd', {}, value(step.norm, { format: number }), h('span', { class: 'dim' }, step.clipScale === 1 ? (step.maximumNorm ? ` below ${number(step.maximumNorm, 4)}: not clipped` : ' clipping is off') : ` clipped to ${number(step.maximumNorm, 4)}: every gradient × ${number(step.clipScale, 5)}`)),
      h('dt', {}, 'predicted ΔL = Σ g·Δw'), h('dd', {}, value(step.predicted)),
      h('dt', {}, 'observed ΔL'), h('dd', {}, value(step.observed), h('span', { class: 'dim' }, ` ${number(step.lossBefore, 7)} → ${number(step.lossAfter, 7)}, ${step.arithmetic}`)),
      h('dt', {}, 'straight'), h('dd', {}, h('span', { class: 'meter', '--part': isFinite(step.linearity) ? Math.max(0, step.linearity) : 0 }), `${number(100 * step.linearity, 4)} %`))];
}

/** Finite differences and other proofs, with buttons that ask for more. @param press called with a key */
export function proofs(view, press) {
  const claims = [...(view.element?.proof ? [view.element.proof] : []), ...view.proofs, ...(view.ledger ? [view.ledger.proof] : [])];
  const all = claims.filter((proof, i) => claims.findIndex((other) => other.name === proof.name && other.actual === proof.actual && other.expected === proof.expected) === i);
  return [titled('proofTitle', 'Proof', 'proof'),
    all.length ? h('ul', { class: 'proofs' }, all.map((proof) => h('li', { class: proof.passed ? 'ok' : 'bad' },
      h('p', {}, h('b', {}, proof.passed ? '✓ ' : '✗ ', proof.name), proof.passed ? null : h('span', { class: 'verdict bad' }, 'does not hold')),
      h('dl', { class: 'pair' }, h('dt', {}, 'kernels'), h('dd', {}, value(proof.actual)), h('dt', {}, 'held to'), h('dd', {}, value(proof.expected)),
        h('dt', {}, 'distance'), h('dd', {}, `${number(proof.error, 3)} ${proof.unit}`, h('span', { class: 'dim' }, ` of ${number(proof.tolerance, 3)} allowed`))),
      proof.detail ? h('p', { class: 'dim detail' }, proof.detail) : null))) : h('p', { class: 'dim empty' }, 'Nothing is claimed here yet.'),
    h('div', { class: 'row' },
      h('button', { 'data-focus': 'check', onclick: () => press('f') }, 'Check this element ', h('kbd', {}, 'f')),
      h('button', { 'data-focus': 'check all', onclick: () => press('F') }, 'Check 64 elements ', h('kbd', {}, 'F')))];
}

/** Who added what, in the order of arrival. @param actions {go, choose, addressing} */
export function ledger(view, actions) {
  const { ledger: book } = view;
  if (!book) return null;
  const all = [...book.rows.flatMap((row) => row.values), ...book.total, ...book.gradient, ...(book.finiteDifference ?? [])], format = aligned(all, true);
  const chosen = view.element?.indices;
  const cells = (values) => values.map((x, i) => h('td', { class: `n${book.elements[i] === chosen ? ' chosen' : ''}` }, value(x, { format })));
  return [titled('ledgerTitle', 'Ledger', 'ledger', h('span', { class: 'dim' }, `the gradient of ${book.tensor}, in the order of arrival`)),
    h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'ledger', 'data-focus': 'ledger' }, h('table', { class: 'ledger', 'aria-label': `ledger of ${book.tensor}` },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'frame'), h('th', { scope: 'col' }, 'from'),
        book.elements.map((indices) => h('th', { scope: 'col', class: `n${indices === chosen ? ' chosen' : ''}` }, h('button', { class: 'link', title: 'look at this element', 'data-focus': `column ${indices}`, onclick: () => actions.choose(indices, book.tensor) }, `[${indices}]`))))),
      h('tbody', {}, book.rows.map((row) => h('tr', { class: row.isPending ? 'pending' : null, 'aria-current': row.frame === view.frame.id ? 'true' : null },
        h('td', { class: 'dim' }, h('a', { href: addressOf(row.cursor, actions.addressing), 'data-focus': `entry ${row.frame}`, onclick: (event) => { event.preventDefault(); actions.go(row.cursor); } }, String(row.index))),
        h('th', { scope: 'row' }, fromWords(row)),
        cells(row.values)))),
      h('tfoot', {},
        h('tr', {}, h('td', {}), h('th', { scope: 'row' }, 'total'), cells(book.total)),
        h('tr', {}, h('td', {}), h('th', { scope: 'row' }, 'kernels'), cells(book.gradient)),
        book.finiteDifference?.length ? h('tr', {}, h('td', {}), h('th', { scope: 'row' }, 'finite difference'), cells(book.finiteDifference)) : null))),
    h('p', {}, verdict(book.proof))];
}

/** "+= matmul (blocks.1.mlp.down)" on two lines. */
function fromWords(row) {
  const [name, place = ''] = row.from.split(' (');
  return [row.from === 'zero' ? 'zero' : `+= ${name}`, place || row.isPending ? h('small', {}, [place.replace(')', ''), row.isPending ? 'to come' : ''].filter(Boolean).join(', ')) : null];
}

const words = /(\/\/.*$)|\b(var|float|double|int|long|bool|for|foreach|if|else|return|in|new|static|public|override|private|ref|out|readonly|while|const|void|case|switch|true|false|null|this|base|is|as|using|Span|ReadOnlySpan|Vector)\b|(\b\d[\d_.]*f?\b)/g;

/** The lines of C# that compute it. */
export function code(view) {
  if (!view.code.length) return null;
  return [titled('codeTitle', 'Code', 'code'),
    view.code.map((place) => h('figure', {},
      h('figcaption', {}, h('span', {}, `${place.path}:${place.line}`), h('button', { class: 'small', 'data-focus': `code ${place.path}`, 'aria-label': `copy ${place.path}:${place.line}`, onclick: (event) => copy(`${place.path}:${place.line}`, event.currentTarget) }, 'copy')),
      h('pre', { tabindex: '0', 'aria-label': `${place.path}, from line ${place.line}`, 'data-focus': `lines ${place.path}` }, h('code', {}, place.lines.map((line, i) => [h('span', { class: 'line', 'data-line': String(place.line + i) }, coloured(line)), '\n'])))))];
}

function coloured(line) {
  const parts = [];
  let at = 0;
  for (const match of line.matchAll(words)) {
    parts.push(line.slice(at, match.index), h('span', { class: match[1] ? 'comment' : match[2] ? 'word' : 'literal' }, match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, line.slice(at)];
}

/** Remarks with links to their causes. */
export function notes(view, actions) {
  if (!view.notes.length) return null;
  return h('section', { class: 'card notes', 'aria-labelledby': 'notesTitle' }, titled('notesTitle', 'Worth knowing', 'notes'),
    h('ul', {}, view.notes.map((note) => h('li', {}, h('b', { class: 'tag' }, note.kind), ' ', note.text, ' ',
      note.cursor ? h('a', { href: addressOf(note.cursor, actions.addressing), 'data-focus': `note ${note.text}`, onclick: (event) => { event.preventDefault(); actions.go(note.cursor); } }, 'show the cause') : null))));
}

/** Numbers about the chosen tensor, and its largest elements. */
export function facts(tensor, choose) {
  const { stats } = tensor, odd = stats.naNs + stats.infinities;
  const pairs = [['rms', number(stats.rms, 4)], ['mean', signed(stats.mean, 4)], ['min', signed(stats.minimum, 4)], ['max', signed(stats.maximum, 4)], ['zeros', `${count(stats.zeros)} of ${count(stats.count)}`]];
  if (odd) pairs.push(['not finite', `${count(stats.naNs)} NaN, ${count(stats.infinities)} ∞`]);
  return [h('dl', { class: 'stats' }, pairs.map(([name, text]) => h('div', { class: name === 'not finite' ? 'bad' : null }, h('dt', {}, name), h('dd', {}, text)))),
    tensor.histogram?.length ? histogram(tensor) : null,
    tensor.largest?.length ? h('div', { class: 'largest' }, h('span', { class: 'label' }, 'largest'), tensor.largest.slice(0, 6).map((one) =>
      h('button', { class: 'chip', 'data-focus': `largest ${one.element}`, onclick: () => choose(one.element) }, `[${one.element}] `, value(one.value, { format: (x) => signed(x, 4) })))) : null];
}

function histogram(tensor) {
  const top = Math.max(...tensor.histogram, 1);
  return h('div', { class: 'histogram', role: 'img', 'aria-label': `histogram of ${tensor.symbol} ${shape(tensor.shape)}, from ${number(tensor.stats.minimum, 4)} to ${number(tensor.stats.maximum, 4)}` },
    tensor.histogram.map((n, i) => h('span', { title: count(n), '--part': n ? Math.max(0.02, n / top) : 0, class: sideOf(tensor.stats, i, tensor.histogram.length) })));
}

function sideOf(stats, i, parts) {
  const middle = stats.minimum + (stats.maximum - stats.minimum) * (i + 0.5) / parts;
  return middle < 0 ? 'minus' : 'plus';
}

/** The levels above the operation: the step in numbers, or a module with its operations and parameters. */
export function overviews(view, actions) {
  const link = (cursor, text, key) => h('a', { href: addressOf(cursor, actions.addressing), 'data-focus': key, onclick: (event) => { event.preventDefault(); actions.go(cursor); } }, text);
  const { module, facts: numbers = [] } = view;
  return [numbers.length ? h('section', { class: 'card', 'aria-labelledby': 'factsTitle' }, titled('factsTitle', `Step ${view.step} in numbers`, 'facts'),
    h('dl', { class: 'lines' }, numbers.map((line) => [h('dt', {}, line.name), h('dd', {}, h('span', { class: 'num' }, number(line.value)), h('span', { class: 'expression' }, line.expression))]))) : null,
  module ? h('section', { class: 'card', 'aria-labelledby': 'moduleTitle' }, titled('moduleTitle', module.path || 'The model', 'modules', h('span', { class: 'dim' }, `‖g‖ ${number(module.norm, 4)}, ${number(100 * module.share, 3)} % of the gradient's squared norm`)),
    h('div', { class: 'columns' },
      h('div', {}, h('p', { class: 'label' }, 'operations of this pass'), h('ol', { class: 'operations' }, module.operations.slice(0, 60).map((frame) => h('li', {}, link(frame.cursor, frame.text, `operation ${frame.id}`))), module.operations.length > 60 ? h('li', { class: 'dim' }, `and ${module.operations.length - 60} more`) : null)),
      module.parameters.length ? h('table', { 'aria-label': 'parameters' }, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'parameter'), h('th', { scope: 'col' }, 'shape'), h('th', { scope: 'col', class: 'n' }, '‖g‖'), h('th', { scope: 'col', class: 'n' }, 'share'))),
        h('tbody', {}, module.parameters.slice(0, 40).map((one) => h('tr', {}, h('th', { scope: 'row' }, link(one.cursor, one.name, `parameter ${one.name}`)), h('td', { class: 'num' }, shape(one.shape)), h('td', { class: 'n' }, number(one.norm, 4)), h('td', { class: 'n' }, `${number(100 * one.share, 3)} %`))))) : null)) : null];
}
