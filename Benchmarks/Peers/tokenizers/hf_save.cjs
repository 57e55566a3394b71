// Reads a tokenizer.json with Hugging Face's library and writes it again: node hf_save.cjs FROM TO
'use strict';
const { Tokenizer } = require('tokenizers');

Tokenizer.fromFile(process.argv[2]).save(process.argv[3], true);
