"""Trains a SentencePiece model: sentencepiece_train.py MODEL.model INPUT,INPUT key=value ..."""
import sys

import sentencepiece

target, texts, *pairs = sys.argv[1:]
sentencepiece.SentencePieceTrainer.train(input=texts.split(","), model_prefix=target.removesuffix(".model"), minloglevel=2, num_threads=2, **dict(pair.split("=", 1) for pair in pairs))
