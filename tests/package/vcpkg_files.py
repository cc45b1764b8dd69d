"""The vcpkg port can not be built without vcpkg: that its files are well-formed, and say what
CMakeLists.txt, the version and the sources say, can be checked. Usage: vcpkg_files.py SOURCE_DIR"""
import json
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
port = root / "packaging/vcpkg/ports/ecisbx"
manifest = json.loads((port / "vcpkg.json").read_text())
portfile = (port / "portfile.cmake").read_text()
cmake = (root / "CMakeLists.txt").read_text()
usage = (port / "usage").read_text()
wrong = []


def expect(holds, what):
    if not holds:
        wrong.append(what)


def names(dependencies):
    return [d if isinstance(d, str) else d["name"] for d in dependencies]


expect(manifest["name"] == "ecisbx", "the name")
version = re.search(r"project\(ecisbx VERSION ([0-9.]+)", cmake)[1]
expect(manifest["version"] == version, f"version {manifest['version']} is not {version}")
for section in [manifest] + list(manifest["features"].values()):
    listed = names(section["dependencies"])
    expect(listed == sorted(listed), f"not in order: {listed}")
    expect(all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", n) for n in listed), f"no port names: {listed}")
expect(set(manifest["features"]) == {"cli", "prometheus", "server"}, "the features")

# An option that was renamed would be ignored silently by CMake.
options = set(re.findall(r"\boption\((ECISBX_\w+)", cmake))
used = set(re.findall(r"\bECISBX_\w+", portfile))
expect(used and used <= options, f"the portfile sets what is no option: {used - options}")
mapped = dict(re.findall(r"^    (\w+) (ECISBX_\w+)\)?$", portfile, re.M))
expect(set(mapped) == set(manifest["features"]), f"features without an option: {mapped}")
expect(portfile.count("(") == portfile.count(")"), "parentheses of the portfile")
expect((port / "../../../..").resolve() == root.resolve(), "the way from the port to the sources")

# Boost's parts are ports of their own: those that the sources include, and no others.
included = set()
for file in [*root.glob("include/**/*.hpp"), *root.glob("src/**/*.[ch]pp")]:
    included |= set(re.findall(r"#include <boost/([a-z_]+)[/.]", file.read_text()))
boost = {n[6:] for n in names(manifest["dependencies"]) if n.startswith("boost-")}
expect(boost == included, f"Boost: the port has {sorted(boost)}, the sources {sorted(included)}")

for target in re.findall(r"ecisbx::\w+", usage):
    expect(target in ("ecisbx::ecisbx", "ecisbx::server", "ecisbx::prometheus"), f"no target {target}")
for line in wrong:
    print("wrong:", line)
sys.exit(bool(wrong))
