// Frames on standard input and output, all numbers 32-bit little-endian:
//   request   operation (0 encode, 1 decode), count, then for each item its length and its content
//   answer    for each item its length and its content
// Content is UTF-8 text (length in bytes) or ids (length in ids).
'use strict';

async function serve(encode, decode) {
  const chunks = [];
  let held = 0;
  let ended = false;
  let wake = () => {};
  process.stdin.on('data', (chunk) => { chunks.push(chunk); held += chunk.length; wake(); });
  process.stdin.on('end', () => { ended = true; wake(); });

  async function read(length) {
    while (held < length) {
      if (ended) return null;
      await new Promise((resolve) => { wake = resolve; });
    }
    const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    chunks.length = 0;
    if (all.length > length) chunks.push(all.subarray(length));
    held -= length;
    return all.subarray(0, length);
  }

  const number = async () => { const bytes = await read(4); return bytes && bytes.readUInt32LE(0); };
  for (;;) {
    const operation = await number();
    if (operation === null) return;
    const count = await number();
    const items = [];
    for (let i = 0; i < count; i++) {
      const length = await number();
      if (operation === 0) {
        items.push((await read(length)).toString('utf8'));
      } else {
        const bytes = await read(4 * length);
        items.push(Array.from({ length }, (_, k) => bytes.readUInt32LE(4 * k)));
      }
    }
    const answers = operation === 0 ? await encode(items) : await decode(items);
    const parts = [];
    for (const answer of answers) {
      const head = Buffer.alloc(4);
      if (operation === 0) {
        const body = Buffer.alloc(4 * answer.length);
        for (let k = 0; k < answer.length; k++) body.writeUInt32LE(answer[k], 4 * k);
        head.writeUInt32LE(answer.length);
        parts.push(head, body);
      } else {
        const body = Buffer.from(answer, 'utf8');
        head.writeUInt32LE(body.length);
        parts.push(head, body);
      }
    }
    process.stdout.write(Buffer.concat(parts));
  }
}

module.exports = { serve };
