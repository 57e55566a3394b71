// Hugging Face's tokenizers: node hf_peer.cjs TOKENIZER.JSON plain|special
// "special" adds the template's special tokens; added tokens in the text are recognised in both.
'use strict';
const { Tokenizer } = require('tokenizers');
const { serve } = require('./frames.cjs');

const tokenizer = Tokenizer.fromFile(process.argv[2]);
const addSpecialTokens = process.argv[3] === 'special';
serve(
  async (texts) => (await tokenizer.encodeBatch(texts, { addSpecialTokens })).map((encoding) => encoding.getIds()),
  async (ids) => tokenizer.decodeBatch(ids, false),
);
