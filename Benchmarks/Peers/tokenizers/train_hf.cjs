// Trains with Hugging Face's tokenizers as its Node package has it: the default trainer of each model (BPE and WordPiece 30,000 tokens, Unigram 8,000).
// node train_hf.cjs MODULE bpe|wordpiece|unigram OUT FILE...     prints one JSON line; OUT "-" writes nothing
const [module_, kind, out, ...files] = process.argv.slice(2);
const t = require(module_);
const [model, split] = {
  bpe: [() => t.BPE.empty(), () => t.byteLevelPreTokenizer(false)],
  wordpiece: [() => t.WordPiece.empty(), () => t.bertPreTokenizer()],
  unigram: [() => t.Unigram.empty(), () => t.metaspacePreTokenizer()],
}[kind];
const tokenizer = new t.Tokenizer(model());
tokenizer.setPreTokenizer(split());
const start = process.hrtime.bigint();
tokenizer.train(files);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
if (out !== '-') tokenizer.save(out, false);
require('fs').writeSync(1, '\n' + JSON.stringify({ seconds: [seconds], tokens: tokenizer.getVocabSize() }) + '\n');
