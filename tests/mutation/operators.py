"""The changes that scripts/mutate makes: one at a time, in code, never in comments or strings."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# Our code is formatted: a binary operator stands between blanks, a template's bracket does not.
EXCHANGES = [
    (r" == ", " != "), (r" != ", " == "),
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" && ", " || "), (r" \|\| ", " && "),
    (r" \+ ", " - "), (r" - ", " + "),
    (r" \+= ", " -= "), (r" -= ", " += "),
    (r" & ", " | "), (r" \| ", " & "),
    (r"\+\+(?=\w)", "--"), (r"--(?=\w)", "++"),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"std::min\b", "std::max"), (r"std::max\b", "std::min"),
    (r"(?<=[(\s])!(?=[\w*(])", ""),
    (r"\bbreak;", ";"), (r"\bcontinue;", ";"),
]
NUMBER = re.compile(r"(?<![\w.'])(\d+)(?![\w.'])")
CONDITION = re.compile(r"^(\s*(?:\} else )?if \()([^;{]*)(\)( \{| return\b.*;| throw\b.*;)?\s*)$")
GUARD = re.compile(r"^(\s*)(if \(.*\) (?:return\b[^;]*|throw [^;]*|refuse\(.*|malformed\(.*);)\s*$")
# A call or an assignment that stands alone: no declaration, no return.
STATEMENT = re.compile(r"^(\s+)([a-z_][\w.\[\]>-]*(?:\(.*\)| [+|&-]?= .*);)\s*$")
NO_STATEMENT = re.compile(r"^\s*(return|throw|using|case|default|else|for|while|if|do|static|const|"
                          r"constexpr|auto)\b")


class Mutant:
    def __init__(self, file, lines, number, begin, end, new):
        self.file, self.lines, self.number = file, lines, number
        self.begin, self.end, self.new = begin, end, new

    def changed_line(self):
        old = self.lines[self.number]
        return old[:self.begin] + self.new + old[self.end:]

    def text(self):
        lines = list(self.lines)
        lines[self.number] = self.changed_line()
        return "\n".join(lines) + "\n"

    def change(self):
        return f"{self.lines[self.number].strip()}  ->  {self.changed_line().strip() or '(nothing)'}"

    def key(self):
        """Without the line's number, which changes with every edit."""
        return f"{self.file.name}: {self.change()}"

    def __str__(self):
        return f"{self.file.relative_to(ROOT)}:{self.number + 1}: {self.change()}"


def masked(text):
    """The same text with every character of comments, strings and directives as `~`."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.*?)\)"|"(?:\\.|[^"\\\n])*"|'
                         r"(?<![0-9A-Fa-f])'(?:\\.[^']*|[^'\\\n])'|^[ \t]*#[^\n]*", re.S | re.M)
    return pattern.sub(lambda found: re.sub(r"[^\n]", "~", found.group()), text)


def line_mutants(code):
    """(begin, end, new text) of each change of one line."""
    for pattern, new in EXCHANGES:
        for found in re.finditer(pattern, code):
            yield found.start(), found.end(), new
    for found in NUMBER.finditer(code):
        yield found.start(), found.end(), str(int(found.group()) + 1)
    if found := CONDITION.match(code):
        yield found.start(2), found.end(2), None
    if found := GUARD.match(code):
        yield found.start(2), found.end(2), ""
    elif (found := STATEMENT.match(code)) and not NO_STATEMENT.match(code):
        yield found.start(2), found.end(2), ""


def balanced(text):
    depth = 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if depth < 0:
            return False
    return depth == 0


def mutants_of(file):
    text = file.read_text()
    lines = text.split("\n")[:-1]
    for number, code in enumerate(masked(text).split("\n")[:-1]):
        if "static_assert" in code or code.lstrip().startswith("template"):
            continue
        for begin, end, new in line_mutants(code):
            if new is None:  # a condition turned round
                inner = lines[number][begin:end]
                if ";" in inner or not balanced(inner):
                    continue
                new = f"!({inner})"
            yield Mutant(file, lines, number, begin, end, new)
