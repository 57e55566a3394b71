"""What the peer benchmarks share: warm processes that take turns, where the libraries lie, and the words for this machine."""
import json
import os
import platform
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.join(ROOT, "Benchmarks", "Peers")
OURS = os.path.join(ROOT, "Benchmarks", "bin", "Release", "net10.0", "PureLlm.Benchmarks.dll")


class Worker:
    """A process that answers each line of its input with one JSON line."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        self.ready = self.read()

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        return self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name}: the worker ended with status {self.process.wait()} before it answered; its message is above.")
        return json.loads(line)

    def ticks(self):
        """CPU time that the process has used, in clock ticks."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def library(*names):
    """The first of these shared libraries that the machine has, or None; a name may be a path below the library folder."""
    folder = f"/usr/lib/{platform.machine()}-linux-gnu"
    return next((path for name in names for path in [os.path.join(folder, name)] if os.path.exists(path)), None)


def need(path, package):
    if path is None:
        raise SystemExit(f"{os.path.basename(sys.argv[0])}: this comparison needs {package}; install it: apt-get install {package}")
    return path


def threads_environment(threads):
    return {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}


def cpu():
    with open("/proc/cpuinfo") as file:
        entries = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].split("\n") if ":" in line)
    return {key.strip(): value.strip() for key, value in entries.items()}


def machine():
    """CPU, cores and kernel, without the machine's name."""
    entry = cpu()
    flags = entry.get("flags", "").split()
    wide = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "")
    return f"{entry.get('model name', platform.machine())} (family {entry.get('cpu family', '?')} model {entry.get('model', '?')}, {wide}), {os.cpu_count()} CPUs, Linux {platform.release().split('-')[0]}"


def calm(threads):
    """CPUs that others may use before a ratio says more about them than about the programs."""
    return os.cpu_count() - threads + 0.2


class Watch:
    """How many CPUs everybody else kept busy meanwhile: threads that wait for each other suffer far more from that than its share."""

    def __init__(self, workers):
        self.workers = list(workers)
        self.start = self.read()

    def read(self):
        with open("/proc/stat") as file:
            user, nice, system, _, _, interrupts, soft, stolen = map(int, file.readline().split()[1:9])
        return time.perf_counter(), user + nice + system + interrupts + soft + stolen - sum(worker.ticks() for worker in self.workers)

    def others(self):
        (start, before), (end, after) = self.start, self.read()
        return max(0.0, (after - before) / os.sysconf("SC_CLK_TCK") / (end - start))


def calmest(turn, workers, attempts, limit):
    """The result of `turn` and the CPUs that others used meanwhile; tried again, up to `attempts` times, while that is more than `limit`."""
    best = None
    for _ in range(attempts):
        watch = Watch(workers)
        result = turn()
        others = watch.others()
        if best is None or others < best[1]:
            best = result, others
        if others <= limit:
            break
    return best


def median(values):
    return statistics.median(values)


def means(against, limit):
    """Geometric means and least ratios; `against` has for each peer (ratio, what, others' CPUs). More than `limit` of those does not count."""
    parts = []
    for name, values in against.items():
        undisturbed = [(ratio, what) for ratio, what, others in values if others <= limit]
        left = f", {len(values) - len(undisturbed)} disturbed left out" if len(undisturbed) < len(values) else ""
        if undisturbed:
            parts.append(f"{statistics.geometric_mean([ratio for ratio, _ in undisturbed]):.2f}× {name} (least {min(undisturbed)[0]:.2f}× at {min(undisturbed)[1]}; {len(undisturbed)} ratios{left})")
        else:
            parts.append(f"{name}: none, for others used more than {limit:g} CPUs at every measurement")
    return "Geometric means: " + "; ".join(parts)
