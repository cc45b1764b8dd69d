#include "proto/tmux_script.hpp"

#include <ecisbx/error.hpp>

#include "core/shell_quote.hpp"
#include "proto/exec_script.hpp"
#include "proto/exec_script_parts.hpp"

#include <algorithm>
#include <cctype>
#include <csignal>

namespace ecisbx::proto {
namespace {

using core::shell_quote;

[[noreturn]] void refuse(const std::string& message) {
    throw error(errc::invalid_argument, message);
}

bool is_name_char(char c, bool first) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return letter || (!first && c >= '0' && c <= '9');
}

void check_job(const tmux_job& job) {
    check_tmux_name(job.name);
    check_exec_token(job.id, "exec id");
    check_exec_token(job.nonce, "nonce");
    if (job.script.find('\0') != std::string::npos) refuse("the script must not hold NUL");
    if (job.dir.find('\0') != std::string::npos) refuse("tmux_options: dir must not hold NUL");
    if (job.rows < 1 || job.rows > 1000 || job.columns < 1 || job.columns > 1000)
        refuse("tmux_options: rows and columns must be 1 to 1000");
    if (job.history > 10'000'000) refuse("tmux_options: history_limit must be 0 to 10,000,000");
    for (const auto& [name, value] : job.env) {
        bool fine =
            !name.empty() && is_name_char(name[0], true) &&
            std::all_of(name.begin(), name.end(), [](char c) { return is_name_char(c, false); });
        if (!fine || name == "ECISBX_EXEC")
            refuse("tmux_options: the environment variable's name is not possible: " + name);
    }
}

// d: the folder of all sessions, in the first of these that takes files. A path that would need
// quoting inside tmux's formats is not used. Where /tmp takes none, tmux needs another place too.
constexpr std::string_view find_folder =
    "exec 2>/dev/null;for d in \"$TMPDIR\" /tmp /var/tmp /dev/shm \"$HOME\" /tmp\n"
    "do case $d in /*[!A-Za-z0-9_./-]*);;/*)[ ! -d \"$d\" ]||[ ! -w \"$d\" ]||break;;esac;done\n"
    "[ \"$TMUX_TMPDIR\" ]||[ -w /tmp ]||export TMUX_TMPDIR=\"$d\"\n"
    "d=${d%/}/.ecisbx-tmux-$(id -u)\n";

std::string in_folder(std::string_view name) {
    check_tmux_name(name);
    std::string text(find_folder);
    return text.append("j=$d/").append(name).append("\n");
}

// a: whether the pane lives. Its id and its pid: after a restart of tmux another pane may have
// the one, after a restart of the sandbox another process may have the other.
constexpr std::string_view define_alive =
    "a(){ p=;read -r p<\"$j/pane\"&&case \"\n$(tmux list-panes -a -F "
    "'#{pane_id} #{pane_pid} #{pane_dead}')\n\" in *\"\n$p 0\n\"*);;*)false;esac;}\n";

// What the pane runs; $1 is the state folder. No variable is assigned before the job has its
// environment. The runner outlives what a job does to its process group, but not the hangup.
constexpr std::string_view runner_begin =
    "exec 3>&2 2>/dev/null;trap : 2 3 10 12 13 14 15 20;exec 9<>\"$1/done\"\n"
    "set -- \"$1\" \"$(command -v bash||command -v sh)\"\n";
// The bytes that come out are those that were written, and nothing that is typed or that tmux
// answers to an escape sequence is among them.
constexpr std::string_view runner_exact = "stty -opost -echo\n";
constexpr std::string_view runner_job = "read -r ECISBX_EXEC<\"$1/go\"\n(exec 9>&-;";

// s: the block before the last; t: that and the last, with nothing in it that a shell might
// change. Mark, size (z) and drained (k) as described in the header. Where the end does not come
// out, the size is what had come out when the job ended. Never ends: the screen stays.
constexpr std::string_view runner_end =
    ")2>&3 3>&-\n"
    "set -- \"$1\" $?;trap '' 2 3 10 12 13 14 15 20;:>\"$1/ending\"\n"
    "LC_ALL=C;export LC_ALL;i=0 k=0 z=$(($(wc -c<\"$1/out\")));printf %s \"$m\"\n"
    "while [ $i -lt 40 ];do n=$(($(wc -c<\"$1/out\")));s=$((n/4096));[ $s = 0 ]||s=$((s-1))\n"
    "t=$(dd if=\"$1/out\" bs=4096 skip=$s count=2|tr -c '\\0360-9a-f' z)\n"
    "case $t in *\"$m\"*)t=${t%%\"$m\"*};z=$((s*4096+${#t}));k=1;break;esac\n"
    "i=$((i+1));sleep 0.05||sleep 1;done\n"
    "until echo $2 $z $k>\"$1/status.new\"&&mv \"$1/status.new\" \"$1/status\";do sleep 1;done\n"
    "rm -f \"$1/done\";exec 9>&-;while :;do read -r i<>\"$1/go\";[ -d \"$1\" ]||exit;done\n";

std::string runner_text(const tmux_job& job) {
    std::string text(runner_begin);
    if (!job.cooked) text += runner_exact;
    text += runner_job;
    text += "export ECISBX_EXEC=" + job.id + "\n";
    if (!job.dir.empty()) text += "cd -- " + shell_quote(job.dir) + "||exit 126\n";
    text += "exec env ";
    for (const auto& [name, value] : job.env) text += shell_quote(name + "=" + value) + " ";
    text += "\"$2\" \"$1/script\"";
    // Only now: no variable of ours may reach the job.
    std::string end(runner_end);
    auto at = end.find("LC_ALL=C");
    end.insert(at, "m=$(printf '\\036" + job.nonce + "\\036');");
    return text + end;
}

}  // namespace

bool is_tmux_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return is_name_char(c, false) || c == '-';
    });
}

void check_tmux_name(std::string_view name) {
    if (!is_tmux_name(name)) refuse("a tmux session's name is 1 to 64 of A-Z a-z 0-9 _ -");
}

tmux_start_plan plan_tmux_start(const tmux_job& job) {
    check_job(job);
    std::string run = runner_text(job);
    tmux_start_plan plan;
    plan.input = run + job.script;
    auto size = std::to_string(plan.input.size()), cut = std::to_string(run.size());
    std::string pattern = "[" + job.id.substr(0, 1) + "]" + job.id.substr(1);
    std::string session = "=" + job.name;
    // A deadline or a cancel of this exec must not find the tmux server that it starts.
    plan.text = "unset ECISBX_EXEC;";
    plan.text += in_folder(job.name);
    plan.text +=
        "f(){ echo \"$1\";exit;};g(){ rm -rf \"$j\";f \"$1\";}\n"
        "command -v tmux>/dev/null||f no-tmux\n"
        "o=$(umask);umask 077;mkdir -p \"$d\"\n"
        "[ -d \"$d\" ]&&[ ! -L \"$d\" ]&&[ -O \"$d\" ]&&chmod 700 \"$d\"||f no-folder\n"
        "mkdir \"$j\"||{ [ -d \"$j\" ]&&f exists;f no-folder;}\n"
        "tmux has-session -t " +
        session +
        "&&g exists\n"
        "cat>\"$j/all\"&&[ $(($(wc -c<\"$j/all\"))) = " +
        size +
        " ]"
        "&&dd if=\"$j/all\" of=\"$j/run\" bs=" +
        cut +
        " count=1"
        "&&dd if=\"$j/all\" of=\"$j/script\" bs=" +
        cut +
        " skip=1"
        "&&rm \"$j/all\"&&mkfifo \"$j/go\" \"$j/done\"&&:>\"$j/out\""
        "&&echo '" +
        pattern + "'>\"$j/pattern\"&&date +%s>\"$j/created\"||g no-folder\n";
    // The limit of a pane's history is its session's when it is made: hence a second window. All
    // in one client: no other client comes in between.
    plan.text +=
        "umask $o;exec</dev/null\n"
        "e=$(tmux -u new-session -d -s " +
        job.name + " -x " + std::to_string(job.columns) + " -y " + std::to_string(job.rows) +
        " sleep 60 \\; set-option -t " + session + ": history-limit " +
        std::to_string(job.history) + " \\; set-option -t " + session +
        ": destroy-unattached off"
        " \\; new-window -P -F '#{pane_id} #{pane_pid}' -t " +
        session + ": sh \"$j/run\" \"$j\" \\; kill-window -t '" + session +
        ":^' \\; pipe-pane -t " + session +
        ": \": >'$j/go'; exec cat >>'$j/out'\" 2>&1)\n"
        "r=$?;case $r$e in 0%*)echo \"$e\">\"$j/pane.new\"&&mv \"$j/pane.new\" \"$j/pane\"&&"
        "echo \"ok $(cat \"$j/created\")\"&&exit;;*duplicate*)g exists;esac\n"
        "tmux kill-session -t " +
        session + ";g \"failed $e\"\n";
    return plan;
}

std::string tmux_look_text(const tmux_look& look) {
    std::string text = in_folder(look.name);
    text += define_alive;
    // What a job has put in the place of its output may have no end.
    text +=
        "[ -d \"$j\" ]||{ echo none 0 0 0;exit;}\n"
        "[ -f \"$j/out\" ]||{ echo gone 0 0 0;exit;}\n";
    if (look.wait.count() > 0) {
        // The fifo's end wakes any number of waiters. When it is gone, the status is there.
        auto ms = std::to_string(look.wait.count() % 1000);
        std::string length =
            std::to_string(look.wait.count() / 1000) + "." + std::string(3 - ms.size(), '0') + ms;
        text +=
            "w(){ sleep $1& s=$!;(read -r x<\"$j/done\";kill $s)& r=$!;wait $s;c=$?;kill $r;}"
            ">/dev/null\n"
            "if [ ! -e \"$j/status\" ]&&a;then w " +
            length + ";[ $c = 0 ]||[ $c -gt 128 ]||w " +
            std::to_string(std::max<std::int64_t>(1, look.wait.count() / 1000)) + ";fi\n";
    }
    auto from = std::to_string(look.from), block = std::to_string(look.from / 4096);
    auto to = std::to_string(look.from + look.limit);
    // The size first: when the job has not ended after that, the mark is not in it.
    text +=
        "i=0;while n=$(($(wc -c<\"$j/out\")));[ -e \"$j/ending\" ]&&[ ! -e \"$j/status\" ]"
        "&&[ $i -lt 60 ]&&a;do i=$((i+1));sleep 0.1||sleep 1;done\n"
        "if [ -f \"$j/status\" ]&&read -r c z k<\"$j/status\";then n=$z;echo completed $c $z $k\n"
        "elif a;then echo running 0 $n 0;else echo gone 0 $n 0;fi\n";
    if (look.limit > 0)
        text += "[ $n -le " + from + " ]||{ [ $n -lt " + to + " ]||n=" + to +
                ";dd if=\"$j/out\" bs=4096 skip=" + block + " count=$(((n+4095)/4096-" + block +
                "));}\n";
    return text + "exit 0";
}

std::string tmux_kill_text(std::string_view name) {
    std::string session = "=" + std::string(name);
    std::string text = in_folder(name);
    // By the pane: a session of the same name may be somebody else's by now.
    text +=
        "[ -d \"$j\" ]||exit 0\n"
        "if read -r p<\"$j/pane\";then tmux list-panes -a -F '#{pane_id} #{pane_pid} "
        "#{session_id}'|while read -r a b s;do [ \"$a $b\" != \"$p\" ]||tmux kill-session -t "
        "\"$s\";done;else tmux kill-session -t " +
        session + ";fi\n";
    text += "/bin/sh -c " + shell_quote(kill_argv("any", SIGKILL).at(2)) +
            " sh \"$(cat \"$j/pattern\")\" 9\n";
    return text + "rm -rf \"$j\";[ ! -e \"$j\" ]";
}

std::string tmux_list_text() {
    std::string text(find_folder);
    text += define_alive;
    return text +
           "for j in \"$d\"/*;do [ -d \"$j\" ]||continue;c=0;read -r c<\"$j/created\"\n"
           "r=0;[ -e \"$j/status\" ]||{ a&&r=1;};echo \"${j##*/} $c $r\";done;echo .";
}

std::string tmux_screen_text(std::string_view name) {
    std::string text = in_folder(name);
    text += define_alive;
    return text + "a||{ echo none;exit;};echo ok;tmux -u capture-pane -p -t \"${p% *}\"";
}

}  // namespace ecisbx::proto
