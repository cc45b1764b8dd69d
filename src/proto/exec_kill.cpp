// `kill_argv`: finds and signals the processes of an exec with nothing but a POSIX shell and /proc
// (and grep where there is one, because it is faster).
#include <ecisbx/error.hpp>

#include "proto/exec_script.hpp"
#include "proto/exec_script_parts.hpp"
#include "proto/exec_script_text.hpp"

#include <csignal>

namespace ecisbx::proto {
namespace {

// $1 is a pattern that matches the id but not itself, for grep and for `case` alike, so that no
// process is found for having it as an argument. `read` drops NUL: environ is a line, or a few.
constexpr std::string_view find_marked =
    "exec 2>/dev/null;m=$1 s=$2\n"
    "g(){ if command -v grep>/dev/null;then grep -l -e \"$m\" $*;return;fi\n"
    "for f;do while read -r l||[ \"$l\" ];do case $l in *$m*)echo $f;break;esac;done<$f;done;}\n";

// t: pid:ppid:group:session of all but zombies. The name, in parentheses, may hold anything, even
// newlines, but nothing behind its ')' does: the last line has all of that.
constexpr std::string_view read_table =
    "t(){ t=;for f in /proc/[0-9]*/stat;do l=;while read -r x;do l=$x;done<$f\n"
    "p=${f#/proc/};set -- ${l##*) }\n"
    "case $1 in [!ZX])t=\"$t ${p%/*}:$2:$3:$4\";esac;done;}\n";

// a: the processes of the exec; w: those of them that are its wrapper; k: their groups and
// sessions. Groups and sessions that are our own too (o) tell nothing: a runtime that starts execs
// without new ones may itself be in them.
constexpr std::string_view find_all =
    "f(){ a=' ' w=' ' k=' ' b=\n"
    "for f in $(g /proc/[0-9]*/environ /proc/[0-9]*/cmdline);do p=${f#/proc/};p=${p%/*}\n"
    "case $f in *cmdline)w=\"$w$p \";esac;a=\"$a$p \";done\n"
    "[ \"$a\" = ' ' ]&&return;t\n"
    "for x in $t;do IFS=:;set -- $x;unset IFS;[ $1 = $$ ]&&o=\" g0 s0 g$3 s$4 \";done\n"
    "while [ \"$a$k\" != \"$b\" ];do b=$a$k;for x in $t;do IFS=:;set -- $x;unset IFS\n"
    "case $a in *\" $1 \"*)for y in g$3 s$4;do case $o$k in *\" $y \"*);;*)k=\"$k$y \";esac;done\n"
    "continue;esac\n"
    "case $a$k in *\" $2 \"*|*\" g$3 \"*|*\" s$4 \"*)a=\"$a$1 \";esac;done;done;}\n";

constexpr std::string_view signal_once =
    "r=1;f;for p in $a;do case $w in *\" $p \"*);;*)kill -$s $p&&r=0;esac;done;exit $r";

// Stops them until no new ones are found, so that none can fork or be adopted unseen; then kills.
constexpr std::string_view kill_all =
    "r=1 q= i=0;while f;[ \"$a\" != ' ' ]&&[ $i -lt 50 ];do r=0 i=$((i+1))\n"
    "if [ \"$a\" = \"$q\" ];then kill -9 $a;else kill -STOP $a;q=$a;fi;done;exit $r";

}  // namespace

std::vector<std::string> kill_argv(std::string_view id, int signal) {
    check_exec_token(id, "exec id");
    if (signal < 1 || signal > 64) throw error(errc::invalid_argument, "a signal is 1 to 64");
    std::string script;
    for (auto part :
         {find_marked, read_table, find_all, signal == SIGKILL ? kill_all : signal_once})
        script += part;
    std::string pattern = "[" + std::string(1, id[0]) + "]" + std::string(id.substr(1));
    return {std::string(text::shell), "-c",
            std::move(script),        std::string(text::shell_name),
            std::move(pattern),       std::to_string(signal)};
}

}  // namespace ecisbx::proto
