"""Prints the mangled names of the functions that the public headers of a library declare without
defining them: what its shared build must export. Usage: declared.py INCLUDE_FOLDER HEADER_FOLDER..."""
import json
import subprocess
import sys
from pathlib import Path

root = Path(sys.argv[1])
headers = sorted(h.relative_to(root) for f in sys.argv[2:] for h in
                 ([root / f] if f.endswith(".hpp") else (root / f).glob("**/*.hpp")))
source = "".join(f"#include <{h}>\n" for h in headers)
dump = subprocess.run(
    ["clang++-19", "-std=c++20", f"-I{root}", "-fsyntax-only", "-x", "c++", "-Xclang",
     "-ast-dump=json", "-Xclang", "-ast-dump-filter=ecisbx", "-"],
    input=source, capture_output=True, text=True, check=True).stdout

functions = {"FunctionDecl", "CXXMethodDecl", "CXXConstructorDecl", "CXXDestructorDecl"}
templates = {"ClassTemplateDecl", "FunctionTemplateDecl", "ClassTemplatePartialSpecializationDecl"}
found = set()


def walk(node):
    kind = node.get("kind")
    if kind in templates or node.get("isImplicit"):
        return
    if kind in functions:
        defined = any(child.get("kind") in ("CompoundStmt", "CXXTryStmt") for child in node.get("inner", []))
        skipped = defined or node.get("explicitlyDeleted") or node.get("explicitlyDefaulted") or \
            node.get("pure") or node.get("inline")
        if not skipped and "mangledName" in node:
            found.add(node["mangledName"])
        return
    for child in node.get("inner", []):
        walk(child)


decoder, at = json.JSONDecoder(), 0
while at < len(dump):
    if dump[at] != "{":
        at += 1
        continue
    node, at = decoder.raw_decode(dump, at)
    walk(node)
print(*sorted(found), sep="\n")
