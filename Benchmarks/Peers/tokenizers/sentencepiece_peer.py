"""SentencePiece: sentencepiece_peer.py MODEL; the same frames as frames.cjs."""
import struct
import sys

import sentencepiece

processor = sentencepiece.SentencePieceProcessor(model_file=sys.argv[1])
source, target = sys.stdin.buffer, sys.stdout.buffer


def number():
    data = source.read(4)
    return struct.unpack("<I", data)[0] if len(data) == 4 else None


while (operation := number()) is not None:
    answers = []
    for _ in range(number()):
        length = number()
        if operation == 0:
            ids = processor.encode(source.read(length).decode("utf-8"))
            answers.append(struct.pack(f"<{len(ids) + 1}I", len(ids), *ids))
        else:
            ids = struct.unpack(f"<{length}I", source.read(4 * length))
            text = processor.decode(list(ids)).encode("utf-8")
            answers.append(struct.pack("<I", len(text)) + text)
    target.write(b"".join(answers))
    target.flush()
