#include "proto/file_script.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace ecisbx::proto {
namespace {

// Messages in English, because their ends are read; what is printed is a line of its own.
constexpr std::string_view start =
    "export LC_ALL=C\n"
    "fail() { printf 'ecisbx-fail:%s\\n' \"$1\"; exit 1; }\n"
    "sum() {\n"
    "if command -v sha256sum >/dev/null 2>&1; then\n"
    "s=$(sha256sum) || return 1; printf sha256:%s \"${s%% *}\"\n"
    "elif command -v cksum >/dev/null 2>&1; then\n"
    "s=$(cksum) || return 1; printf cksum:%s \"${s%% *}\"\n"
    "else s=$(wc -c) || return 1; printf size:%s $(($s)); fi; }\n";

// $1 path, $2 its folder, $3 temporary, $4 size, $5 SHA-256, $6 cksum, $7 mode, $8 parents,
// $9 append. What the tools say goes to stdout: a wire that merges the streams would shuffle it
// with the verdict, which has to be the last line. Where files may only be so large, a write has to
// fail and not to kill.
constexpr std::string_view receive_start =
    "exec 2>&1\n"
    "p=$1 d=$2 t=$3\n"
    "trap 'exit 1' 1 2 13 15\n"
    "trap 'rm -rf \"$t\" \"$t+\" 2>/dev/null' 0\n"
    "(trap '' XFSZ) 2>/dev/null && trap '' XFSZ\n"
    "[ \"$8\" != 1 ] || [ -d \"$d\" ] || mkdir -p \"$d\" || fail parent\n"
    "[ -d \"$d\" ] || { ls -d \"$d/.\" >/dev/null; fail parent; }\n";

constexpr std::string_view receive_verify =
    "compare() {\n"
    "n=$(wc -c <\"$1\") || fail write\n"
    "[ $(($n)) = \"$2\" ] || fail size\n"
    "g=$(sum <\"$1\") || fail sum\n"
    "case $g in\n"
    "size:\"$2\"|sha256:\"$3\"|cksum:\"$4\") ;;\n"
    "*) fail sum;; esac; }\n";

// A file with no mode asked for keeps that of the one it replaces.
constexpr std::string_view receive_file =
    "[ ! -d \"$p\" ] || fail folder\n"
    "if [ -e \"$p\" ]; then [ -f \"$p\" ] || fail special; fi\n"
    "u=$(umask); umask 077\n"
    "cat >\"$t\" || fail write\n"
    "compare \"$t\" \"$4\" \"$5\" \"$6\"\n"
    "m=$7\n"
    "[ \"$m\" ] || m=$(stat -Lc %a \"$p\" 2>/dev/null) || m=$(printf %o $((0666 & ~$u)))\n"
    "f=$t\n"
    "if [ \"$9\" = 1 ] && [ -e \"$p\" ]; then f=$t+\n"
    "o=$(wc -c <\"$p\") || fail read\n"
    "cat \"$p\" \"$t\" >\"$f\" || fail write\n"
    "n=$(wc -c <\"$f\") || fail write\n"
    "[ $(($n)) = $(($o + $4)) ] || fail changed\n"
    "fi\n"
    "chmod \"$m\" \"$f\" || fail mode\n";

// Nothing is unpacked of an archive that is not proven to be whole.
constexpr std::string_view receive_archive =
    "command -v tar >/dev/null 2>&1 || fail tar\n"
    "if [ -e \"$p\" ] || [ -L \"$p\" ]; then [ -d \"$p\" ] && [ ! -L \"$p\" ] || fail special\n"
    "for e in \"$p\"/* \"$p\"/.[!.]* \"$p\"/..?*; do\n"
    "if [ -e \"$e\" ] || [ -L \"$e\" ]; then fail exists; fi; done; fi\n"
    "(umask 077; mkdir \"$t\") || fail write\n"
    "cat >\"$t/a\" || fail write\n"
    "compare \"$t/a\" \"$4\" \"$5\" \"$6\"\n"
    "mkdir \"$t/f\" || fail write\n"
    "tar -xpf \"$t/a\" -C \"$t/f\" || fail unpack\n"
    "chmod \"$7\" \"$t/f\" || fail mode\n"
    "[ ! -d \"$p\" ] || rmdir \"$p\" || fail exists\n"
    "f=$t/f\n";

// Without -T a folder that appears meanwhile would be moved into.
constexpr std::string_view receive_end =
    "mv -fT \"$f\" \"$p\" 2>/dev/null || { [ ! -d \"$p\" ] && mv -f \"$f\" \"$p\"; } || fail move\n"
    "printf 'ecisbx-done:%s\\n' \"${g%%:*}\"\n";

// $1 path, $2 file or either. 3 is stdout. Nothing is written on stderr, for the same reason: the
// last lines of what a tool says become a part of the answer, between them \037. `true` and not
// `:`, whose failed redirection would end the shell.
constexpr std::string_view send_text =
    "p=$1 e=\n"
    "exec 3>&1\n"
    "fail() { short; printf 'ecisbx-fail:%s:%s\\n' \"$1\" \"$e\"; exit 1; }\n"
    "over() { printf '\\necisbx-end:%s\\n' \"$1\"; exit; }\n"
    "broken() { short; over \"fail:read:$e\"; }\n"
    "short() { while [ ${#e} -gt 300 ]; do e=${e#?}; done; }\n"
    "try() {\n"
    "e=$({ \"$@\" 2>&1 >&3 3>&- || echo ecisbx-bad; } | { a= b= c=\n"
    "while IFS= read -r l || [ \"$l\" ]; do a=$b b=$c c=$l; done\n"
    "printf '%s\\037%s\\037%s' \"$a\" \"$b\" \"$c\"; })\n"
    "case $e in *ecisbx-bad) e=${e%?ecisbx-bad}; return 1;; esac; }\n"
    "try ls -d \"$p\" 3>/dev/null || fail path\n"
    "m=$(stat -Lc %a \"$p\" 2>/dev/null) || m=-\n"
    "if [ -d \"$p\" ]; then\n"
    "[ \"$2\" = either ] || fail folder\n"
    "command -v tar >/dev/null 2>&1 || fail tar\n"
    "try cd \"$p\" 3>/dev/null && cd \"$p\" 2>/dev/null || fail path\n"
    "try ls . 3>/dev/null || fail read\n"
    "printf 'ecisbx-folder:%s:-\\n' \"$m\"\n"
    "try tar -cf - . || broken\n"
    "g=$(tar -cf - . 2>/dev/null | sum) || broken\n"
    "else\n"
    "[ -f \"$p\" ] || fail special\n"
    "e=$({ true <\"$p\"; } 2>&1) || fail read\n"
    "{ n=$(wc -c <\"$p\"); } 2>/dev/null || fail read\n"
    "printf 'ecisbx-file:%s:%s\\n' \"$m\" $(($n))\n"
    "try cat \"$p\" || broken\n"
    "{ g=$(sum <\"$p\"); } 2>/dev/null || broken\n"
    "fi\n"
    "over \"$g\"\n";

// A shell that counts characters and not bytes may make the 300 above longer.
constexpr std::size_t longest_line = 1500;

std::string octal(const std::optional<unsigned>& mode) {
    if (!mode) return "";
    char digits[16];
    auto end = std::to_chars(digits, digits + sizeof digits, *mode, 8).ptr;
    return {digits, end};
}

std::string folder_of(std::string_view path) {
    auto slash = path.rfind('/');
    return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::vector<std::string> shell_argv(std::string script) {
    return {"/bin/sh", "-c", std::move(script), "sh"};
}

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value{};
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Takes `prefix` away if the text begins with it.
bool skip(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<verification> verification_of(std::string_view name) {
    if (name == "sha256") return verification::sha256;
    if (name == "cksum") return verification::cksum;
    if (name == "size") return verification::size;
    return std::nullopt;
}

}  // namespace

void check_remote_path(std::string_view path) {
    const char* wrong = nullptr;
    if (path.empty())
        wrong = "the remote path is empty";
    else if (path.find('\0') != path.npos)
        wrong = "the remote path contains NUL";
    else if (path.front() != '/')
        wrong = "the remote path must be absolute: ";
    else if (path.back() == '/')
        wrong = "the remote path must not end in '/': ";
    if (!wrong) return;
    bool shows = path.find('\0') == path.npos;
    throw error(errc::invalid_argument, wrong + std::string(shows ? shown_tail(path) : ""));
}

std::string temporary_beside(std::string_view path, std::string_view nonce) {
    auto folder = folder_of(path);
    if (folder != "/") folder += '/';
    return folder + ".ecisbx-" + std::string(nonce);
}

std::vector<std::string> receive_argv(const receive_wish& wish) {
    std::string script(start);
    script += receive_start;
    script += receive_verify;
    script += wish.archive ? receive_archive : receive_file;
    script += receive_end;
    auto argv = shell_argv(std::move(script));
    argv.insert(argv.end(),
                {wish.path, folder_of(wish.path), wish.temp, std::to_string(wish.sums.size),
                 wish.sums.sha256, std::to_string(wish.sums.cksum), octal(wish.mode),
                 wish.make_parents ? "1" : "0", wish.append ? "1" : "0"});
    return argv;
}

std::vector<std::string> clean_argv(std::string_view temporary) {
    std::string path(temporary);
    return {"rm", "-rf", path, path + '+'};
}

std::vector<std::string> send_argv(std::string_view path, send_kind kind) {
    auto argv = shell_argv(std::string(start) + std::string(send_text));
    argv.emplace_back(path);
    argv.emplace_back(kind == send_kind::either ? "either" : "file");
    return argv;
}

receive_answer read_receive_answer(std::string_view out) {
    receive_answer answer;
    if (out.empty() || out.back() != '\n') return answer;
    out.remove_suffix(1);
    auto begin = out.rfind('\n') + 1;  // npos + 1 is 0
    auto line = out.substr(begin);
    if (skip(line, "ecisbx-done:")) {
        answer.done = verification_of(line);
    } else if (skip(line, "ecisbx-fail:")) {
        answer.refused = line.substr(0, longest_line);
        answer.why = out.substr(0, begin);
    }
    return answer;
}

void send_reader::feed(std::string_view bytes, std::string& content) {
    if (!refused_.empty()) return;
    held_.append(bytes);
    if (!started_) {
        auto newline = held_.find('\n');
        if (newline == held_.npos && held_.size() <= longest_line) return;
        first_line(std::string_view(held_).substr(0, newline));
        held_.erase(0, newline + 1);
        if (!refused_.empty()) return;
    }
    // What may be the last line is not content yet.
    if (held_.size() <= longest_line) return;
    auto sure = held_.size() - longest_line;
    content.append(held_, 0, sure);
    held_.erase(0, sure);
}

void send_reader::first_line(std::string_view line) {
    if (skip(line, "ecisbx-fail:") && !line.empty() && line.front() != ':' &&
        line.size() <= longest_line) {
        refusal(line);
        return;
    }
    folder_ = skip(line, "ecisbx-folder:");
    bool known = folder_ || skip(line, "ecisbx-file:");
    auto colon = line.find(':');
    if (known && colon != line.npos && line.size() <= longest_line) {
        mode_ = number<unsigned>(line.substr(0, colon), 8);
        size_ = number<std::uint64_t>(line.substr(colon + 1));
        started_ = folder_ || size_;
    }
    if (!started_) throw error(errc::protocol, "the sandbox did not answer as a transfer does");
}

void send_reader::finish(std::string& content) {
    if (!started_) return;
    auto size = held_.size();
    auto newline = size < 2 ? held_.npos : held_.rfind('\n', size - 2);
    if (newline != held_.npos && held_.back() == '\n' &&
        last_line(std::string_view(held_).substr(newline + 1, size - newline - 2)))
        held_.resize(newline);
    content += held_;
    held_.clear();
}

/// `WORD:` and the last lines of what a tool said.
void send_reader::refusal(std::string_view line) {
    auto colon = std::min(line.find(':'), line.size());
    refused_ = line.substr(0, colon);
    why_ = line.substr(std::min(colon + 1, line.size()));
    std::replace(why_.begin(), why_.end(), '\037', '\n');
}

bool send_reader::last_line(std::string_view line) {
    if (!skip(line, "ecisbx-end:")) return false;
    auto colon = line.find(':');
    if (colon == line.npos) return false;
    sum_ = line.substr(colon + 1);
    if (line.substr(0, colon) == "fail")
        refusal(sum_);
    else
        how_ = verification_of(line.substr(0, colon));
    return how_ || !refused_.empty();
}

bool send_reader::agrees(const content_sums& mine) const {
    if (!how_) return false;
    if (*how_ == verification::sha256) return sum_ == mine.sha256;
    if (*how_ == verification::cksum) return sum_ == std::to_string(mine.cksum);
    return sum_ == std::to_string(mine.size);
}

}  // namespace ecisbx::proto
