// tiktoken's WebAssembly build: node tiktoken_peer.cjs r50k_base|cl100k_base|o200k_base
'use strict';
const { get_encoding } = require('tiktoken');
const { serve } = require('./frames.cjs');

const encoding = get_encoding(process.argv[2]);
serve(
  async (texts) => texts.map((text) => encoding.encode(text, [], [])),
  async (ids) => ids.map((list) => Buffer.from(encoding.decode(new Uint32Array(list))).toString('utf8')),
);
