// One JavaScript tokenizer that is timed: node speed_peer.cjs tiktoken|gpt-tokenizer|tokenizers VOCABULARY|FILE.json
// A line "load" makes a fresh tokenizer and answers with its seconds; a line "encode FILE" answers with seconds and the number of tokens.
'use strict';
const fs = require('fs');
const readline = require('readline');

const [kind, vocabulary] = process.argv.slice(2);
const texts = new Map();
let encode;

const load = {
  tiktoken() {
    const encoding = require('tiktoken').get_encoding(vocabulary);
    encode = async (text) => encoding.encode(text, [], []).length;
  },
  'gpt-tokenizer'() {
    for (const key of Object.keys(require.cache)) {
      if (key.includes('gpt-tokenizer')) delete require.cache[key];
    }
    const encoding = require(`gpt-tokenizer/cjs/encoding/${vocabulary}`);
    encode = async (text) => encoding.encode(text, { disallowedSpecial: new Set() }).length;
  },
  tokenizers() {
    const tokenizer = require('tokenizers').Tokenizer.fromFile(vocabulary);
    encode = async (text) => (await tokenizer.encode(text, null, { addSpecialTokens: false })).getLength();
  },
}[kind];

async function answer(line) {
  const start = process.hrtime.bigint();
  let tokens = 0;
  if (line === 'load') {
    load();
  } else {
    const path = line.slice('encode '.length);
    if (!texts.has(path)) texts.set(path, fs.readFileSync(path, 'utf8'));
    const text = texts.get(path);
    const begin = process.hrtime.bigint();
    tokens = await encode(text);
    return `${Number(process.hrtime.bigint() - begin) / 1e9} ${tokens}`;
  }
  return `${Number(process.hrtime.bigint() - start) / 1e9} 0`;
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${await answer(line)}\n`);
  }
})();
