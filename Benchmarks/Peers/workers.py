"""What the peer benchmarks share: warm processes that take turns, where the libraries lie, and the words for this machine."""
import json
import os
import platform
import statistics
import subprocess
import sys

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


def load():
    return os.getloadavg()[0]


def median(values):
    return statistics.median(values)


def geometric_mean(values):
    return statistics.geometric_mean(values)
