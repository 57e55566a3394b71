"""Times tokenizer trainers in turns, each in a process of its own: ours, Hugging Face's, sentencepiece's.

train_speed.py --hf NODE_MODULES/tokenizers [--kinds bpe wordpiece characters unigram] [--threads 1 2] [--rounds 3] FILE...
Ours trains as often as --repeats says; the first time is cold (compilation included), the best of the others is warm.
"""
import argparse, json, os, pathlib, statistics, subprocess, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
SIZES = {"bpe": 32000, "wordpiece": 30000, "characters": 32000, "unigram": 8000}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--hf", help="the folder of Hugging Face's node package")
    parser.add_argument("--no-sentencepiece", action="store_true")
    parser.add_argument("--ours", default=str(HERE.parents[1] / "bin/Release/net10.0/PureLlm.Benchmarks.dll"))
    parser.add_argument("files", nargs="+")
    return parser.parse_args()


def run(command, **environment):
    """Wall time, peak megabytes and output of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **environment})
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[0]} ended with {status}: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, output


def sides(kind, threads, options, folder):
    size = SIZES[kind]
    yield "ours", lambda: ours(kind, size, threads, options)
    if options.hf and kind != "characters":
        hf = ["node", str(HERE / "train_hf.cjs"), os.path.abspath(options.hf), kind, "-", *options.files]
        yield "HF tokenizers", lambda: inside(run(hf, RAYON_NUM_THREADS=str(threads)))
    if not options.no_sentencepiece and kind in ("bpe", "characters", "unigram"):
        model = "unigram" if kind == "unigram" else "bpe"
        spm = ["spm_train", f"--input={','.join(options.files)}", f"--model_type={model}", f"--vocab_size={size}", f"--model_prefix={folder}/m",
                   "--character_coverage=1", "--normalization_rule_name=identity", f"--num_threads={threads}"]
        yield "sentencepiece", lambda: whole(run(spm))


def ours(kind, size, threads, options):
    _, memory, output = run(["dotnet", options.ours, "tokenizer-train", kind, str(size), str(threads), "-", *options.files], TRAIN_REPEATS=str(options.repeats))
    seconds = json.loads(output.strip().splitlines()[-1])["seconds"]
    return seconds[0], min(seconds[1:], default=seconds[0]), memory


def inside(result):
    _, memory, output = result
    seconds = json.loads(output.strip().splitlines()[-1])["seconds"][0]
    return seconds, seconds, memory


def whole(result):
    return result[0], result[0], result[1]


def main():
    options = arguments()
    print("| kind | tokens | threads | trainer | cold s | warm s | peak MB | ÷ ours, cold | ÷ ours, warm |\n|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kinds:
            for threads in options.threads:
                chosen = list(sides(kind, threads, options, folder))
                rounds = [{name: measure() for name, measure in chosen} for _ in range(options.rounds)]
                for name, _ in chosen:
                    cold, warm, memory = (statistics.median(r[name][i] for r in rounds) for i in range(3))
                    ratios = [statistics.median(r[name][i] / r["ours"][i] for r in rounds) for i in range(2)]
                    size = 30000 if name == "HF tokenizers" and kind == "bpe" else SIZES[kind]
                    print(f"| {kind} | {size:,} | {threads} | {name} | {cold:.2f} | {warm:.2f} | {memory:.0f} | "
                          + (" | |" if name == "ours" else f"{ratios[0]:.1f}× | {ratios[1]:.1f}× |"), flush=True)


if __name__ == "__main__":
    main()
