// The fixed parts of the shell text that `plan_exec` makes and `unwrap_exec` recognises.
//
// Rules they keep: no variable but ECISBX_EXEC is assigned, because any name may be exported in
// the container's environment and would reach the command changed; positional parameters serve
// instead. While the wrapper waits its own stderr is /dev/null (the real one is 3), or its shell
// would report there that the command was "Killed".
#ifndef ECISBX_PROTO_EXEC_SCRIPT_TEXT_HPP
#define ECISBX_PROTO_EXEC_SCRIPT_TEXT_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace ecisbx::proto::text {

inline constexpr std::string_view shell = "/bin/sh";
inline constexpr std::string_view shell_name = "sh";

// $1 is the id, $2 the nonce.
inline constexpr std::string_view quiet = "exec 3>&2 2>/dev/null;";
// The first bytes of every exec: the command is about to start. They also tell a wire without
// channel bytes from one with them, whatever the command's own first byte is.
inline constexpr std::string_view started = "printf \"\\036$2:r\\036\";";
// The size of the terminal, where the image has stty; the mark follows it.
inline constexpr std::string_view set_rows = "stty rows ";
inline constexpr std::string_view set_columns = " cols ";

// Around the body. The numbers are the signals that a process group may get as a whole; a trap,
// not '', so that the command gets the defaults. If the shell can not fork it ends at once: no
// trailer then, and the other trap tells why.
inline constexpr std::string_view run =
    "trap 'echo sh: cannot start a process>&3' 0;"
    "trap : 1 2 3 6 10 12 13 14 15;"
    "(export ECISBX_EXEC=$1;";
inline constexpr std::string_view no_input = ")</dev/null 2>&3 3>&-;";
inline constexpr std::string_view own_input = ")2>&3 3>&-;";
inline constexpr std::string_view status = "set -- \"\\036$2:$?\\036\" $?;";
inline constexpr std::string_view report = "trap - 0;printf \"$1\";printf \"$1\">&3;exit $2";
inline constexpr std::string_view report_tty = "trap - 0;printf \"$1\";exit $2";

// Exactly so many bytes of stdin. `head -c` and a dd without fullblock read too much or too little
// from a pipe; where dd has no fullblock it fails before it reads, and goes on by single bytes.
inline constexpr std::string_view load =
    "set -- $1 $2 \"$3\" \"$(dd count=1 iflag=fullblock bs=$ECISBX_EXEC||"
    "dd bs=1 count=$ECISBX_EXEC)\";";
// First how many; bash's `read` takes more than a line from a terminal that is raw.
inline constexpr std::string_view load_size = "read -r ECISBX_EXEC;";
inline constexpr std::string_view load_size_tty = "ECISBX_EXEC=$(dd bs=1 count=10);";
inline constexpr std::size_t size_tty_length = 10;
// Run it only if it came whole: its end is "#" and the nonce.
inline constexpr std::string_view start = "case $4 in *#$2)eval \"$4\";;esac;exit 125";

inline constexpr std::string_view raw_terminal =
    "set -- $1 $2 \"$(stty -g)\";"
    "stty raw -echo||{ echo sh: stty is needed for so long a command on a terminal>&3;"
    "printf \"\\036$2:126\\036\";exit 126;};";
inline constexpr std::string_view restore_terminal = "stty $3;";

// Framed stdin. The left side turns frames into a pipe. It, and its dd, must outlive signals to
// the group (ignored ones stay ignored in children), and end at once by URG, which dd ignores by
// default, when the right side has no more use for it: the pid is its first line.
inline constexpr std::string_view reader =
    "trap : 1 2 3 6 10 12 13 14 15;"
    "{ trap '' 1 2 3 6 10 12 13 14 15;trap exit URG;"
    "read -r ECISBX_EXEC</proc/self/stat;echo ${ECISBX_EXEC%% *};"
    "dd bs=1 count=0 iflag=fullblock</dev/null&&set -- 'count=1 iflag=fullblock bs='||"
    "set -- 'bs=1 count=';"
    "while read -r ECISBX_EXEC&&[ $ECISBX_EXEC -gt 0 ];do dd $1$ECISBX_EXEC||break;done;"
    "} 3>&-|{ read -r ECISBX_EXEC;set -- $1 $2 $ECISBX_EXEC;";
inline constexpr std::string_view reader_status =
    "set -- \"\\036$2:$?\\036\" $? $3;exec</dev/null;";
inline constexpr std::string_view reader_report =
    "trap - 0;printf \"$1\";printf \"$1\">&3;kill -s URG $3;exit $2;};exit $?";

// The body. The interpreter's path is looked up before the user's PATH applies.
inline constexpr std::string_view cd = "cd -- ";
inline constexpr std::string_view cd_failed = "||exit 126;";
inline constexpr std::string_view find_shell = "set -- \"$(command -v bash||command -v sh)\"";
inline constexpr std::string_view exec = "exec ";
inline constexpr std::string_view env = "env ";
inline constexpr std::string_view no_variable = "ECISBX_EXEC=$1 ";
// To env a program with '=' in its name would be one more variable.
inline constexpr std::string_view exec_again = "sh -c 'exec \"$@\"' sh ";
inline constexpr std::string_view script_shell = "\"$1\" -c ";
inline constexpr std::string_view script_name = " \"${1##*/}\"";

// The script reader of `script_loader`.
inline constexpr std::string_view read_script = "set -- \"$(dd count=1 iflag=fullblock bs=";
inline constexpr std::string_view or_read_script = " 2>/dev/null||dd bs=1 count=";
inline constexpr std::string_view then_script = " 2>/dev/null)\";case $1 in *";
inline constexpr std::string_view detach = "exec</dev/null;";
inline constexpr std::string_view export_path = "export PATH=";
inline constexpr std::string_view run_script =
    "eval \"set --;${1%#*}\";;*)echo the script did not come whole>&2;exit 125;esac";

/// What follows a script on the channel: it came whole if this, with its size, is its end.
inline constexpr std::string_view script_end_mark = "#ecisbx:";
inline std::string script_end(std::size_t script_size) {
    return std::string(script_end_mark) + std::to_string(script_size);
}

}  // namespace ecisbx::proto::text

#endif
