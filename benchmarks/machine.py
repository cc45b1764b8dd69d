"""What the figures were measured on: machine, versions, and how quiet it was."""
import os
import platform
import re
import shutil
import subprocess
import time
from pathlib import Path


def output(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=60).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def in_file(path, pattern):
    try:
        found = re.search(pattern, Path(path).read_text())
    except OSError:
        return ""
    return found[1] if found else ""


def python_versions(python):
    """Of the rivals' Python, its OpenSSL and its packages."""
    if not python:
        return {}
    lines = output(python, "-c", """if True:
        import platform, ssl
        from importlib.metadata import version, PackageNotFoundError
        print("Python", platform.python_version(), sep="=")
        print("OpenSSL of Python", ssl.OPENSSL_VERSION.split()[1], sep="=")
        for name in ("websockets", "eci-as-sandbox"):
            try:
                print(name, version(name), sep="=")
            except PackageNotFoundError:
                pass
        """).splitlines()
    return dict(line.split("=", 1) for line in lines)


def versions(python, with_go):
    found = {
        "Boost": in_file("/usr/include/boost/version.hpp", r'BOOST_LIB_VERSION "([^"]+)"').replace("_", "."),
        "OpenSSL": in_file("/usr/include/openssl/opensslv.h", r'OPENSSL_VERSION_STR "([^"]+)"'),
        **python_versions(python),
    }
    if with_go:
        found["Go"] = output("go", "version").removeprefix("go version go").split(" ")[0] if shutil.which("go") else ""
        found["gorilla/websocket"] = output("dpkg-query", "-W", "-f=${Version}", "golang-github-gorilla-websocket-dev")
    return {name: version for name, version in found.items() if version}


def busy_seconds():
    """CPU time that all of the machine has used."""
    fields = [int(x) for x in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


class Quiet:
    """Whether the machine did anything else in the meantime."""

    def __init__(self):
        self.load = os.getloadavg()[0]
        self.busy, self.began = busy_seconds(), time.monotonic()

    def facts(self, cores):
        own = os.times()
        used = own.user + own.system + own.children_user + own.children_system
        length = time.monotonic() - self.began
        others = max(0.0, busy_seconds() - self.busy - used) / (length * (os.cpu_count() or cores))
        return {"load_at_start": round(self.load, 2), "cpu_of_others": round(others, 3), "quiet": others < 0.05,
                "seconds": round(length)}


def both(before, now):
    """Facts of a run that was interrupted and went on; `before` may be of several parts, or empty."""
    if not before:
        return {**now, "parts": 1}
    others = max(before["cpu_of_others"], now["cpu_of_others"])
    return {"load_at_start": max(before["load_at_start"], now["load_at_start"]), "cpu_of_others": others,
            "quiet": before["quiet"] and now["quiet"], "seconds": before["seconds"] + now["seconds"],
            "parts": before.get("parts", 1) + 1}


def facts(cores):
    return {"cpu": in_file("/proc/cpuinfo", r"model name\s*: (.*)") or platform.machine(), "cores": cores,
            "memory_gb": round(int(in_file("/proc/meminfo", r"MemTotal:\s*(\d+)") or 0) / 2 ** 20, 1),
            "kernel": platform.release(), "system": in_file("/etc/os-release", r'PRETTY_NAME="([^"]+)"'),
            "compiler": (output("g++", "--version").splitlines() or [""])[0] + ", -O2", "date": time.strftime("%Y-%m-%d")}
