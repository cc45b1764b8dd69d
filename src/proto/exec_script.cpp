#include "proto/exec_script.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"
#include "core/shell_quote.hpp"
#include "core/utf8.hpp"
#include "proto/exec_script_parts.hpp"
#include "proto/exec_script_text.hpp"

#include <algorithm>
#include <initializer_list>

namespace ecisbx::proto {
namespace {

constexpr std::size_t max_argument = 128 * 1024 - 1;  // of one argument, in Linux
constexpr std::size_t max_frame = 64 * 1024;          // dd holds one in memory
constexpr std::size_t max_name = 64;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
using core::is_digit;

bool is_variable_name(std::string_view name) {
    return !name.empty() && !is_digit(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter(c) || is_digit(c);
    });
}

[[noreturn]] void refuse(std::string message) {
    throw error(errc::invalid_argument, std::move(message));
}

void check_text(std::string_view text, const char* what) {
    if (text.find('\0') != text.npos) refuse(std::string(what) + " contains NUL");
}

void check(const exec_wish& wish) {
    check_exec_token(wish.id, "exec id");
    check_exec_token(wish.nonce, "exec nonce");
    if (wish.argv.empty() && wish.script.empty()) refuse("neither a command nor a script");
    if (!wish.argv.empty() && !wish.script.empty()) refuse("both a command and a script");
    check_text(wish.dir, "the folder");
    check_text(wish.script, "the script");
    for (const auto& word : wish.argv) check_text(word, "an argument");
    for (const auto& [name, value] : wish.env) {
        if (!is_variable_name(name))
            refuse("the name of an environment variable must be [A-Za-z_][A-Za-z0-9_]*");
        if (name == "ECISBX_EXEC") refuse("the environment variable ECISBX_EXEC is reserved");
        check_text(value, "the value of an environment variable");
    }
}

void append(std::string& text, std::initializer_list<std::string_view> parts) {
    for (auto part : parts) text.append(part);
}

enum class carry { argument, channel };

/// The value that `env` has for `name` in the end, if any.
const std::string* find_variable(const exec_wish& wish, std::string_view name) {
    const std::string* found = nullptr;
    for (const auto& [key, value] : wish.env)
        if (key == name) found = &value;
    return found;
}

/// Shell text that reads the script from stdin, and runs it when it is whole. `eval` runs it
/// command by command as `-c` does. Its parameters, and with them the text itself, are gone before
/// its first command.
std::string script_loader(const exec_wish& wish) {
    const auto end = text::script_end(wish.script.size());
    const auto bytes = std::to_string(wish.script.size() + end.size());
    std::string loader;
    append(loader,
           {text::read_script, bytes, text::or_read_script, bytes, text::then_script, end, ")"});
    if (wish.input == stdin_mode::none) loader += text::detach;
    // Only now, because dd is found by the container's.
    if (const auto* path = find_variable(wish, "PATH"))
        append(loader, {text::export_path, core::shell_quote(*path), ";"});
    return loader.append(text::run_script);
}

/// `exec`, through env where the shell's own assignment or its `exec` would take a word for
/// something else: shells have special and read-only variables, and options of `exec`.
std::string exec_words(const exec_wish& wish, carry script) {
    std::string words(text::exec);
    const bool dash = !wish.argv.empty() && wish.argv[0].starts_with('-');
    if (wish.env.empty() && !dash) return words;
    words += text::env;
    if (wish.env.empty()) return words.append(text::no_variable);
    const bool later = wish.argv.empty() && script == carry::channel;
    for (const auto& [name, value] : wish.env)
        if (name != "PATH" || !later) words += core::shell_quote(name + '=' + value) + ' ';
    if (!wish.argv.empty() && wish.argv[0].find('=') != std::string::npos)
        words += text::exec_again;
    return words;
}

std::string make_body(const exec_wish& wish, carry script) {
    std::string body;
    if (!wish.dir.empty()) {
        // Else CDPATH would be searched, and '-' would be the previous folder.
        const auto dir = wish.dir[0] == '/' ? wish.dir : "./" + wish.dir;
        append(body, {text::cd, core::shell_quote(dir), text::cd_failed});
    }
    if (!wish.argv.empty()) return body + exec_words(wish, script) + core::shell_join(wish.argv);
    const bool reads = script == carry::channel;
    append(body, {text::find_shell, ";", exec_words(wish, script), text::script_shell});
    body += core::shell_quote(reads ? script_loader(wish) : wish.script);
    return body.append(text::script_name);
}

std::string wrap(std::string_view body, bool detach, bool tty) {
    std::string all;
    append(all, {text::run, body, detach ? text::no_input : text::own_input, text::status,
                 tty ? text::report_tty : text::report});
    return all;
}

std::string wrap_framed(std::string_view body) {
    std::string all;
    append(all, {text::reader, text::run, body, text::own_input, text::reader_status,
                 text::reader_report});
    return all;
}

std::vector<std::string> shell_argv(const exec_wish& wish, std::string script) {
    return {std::string(text::shell),      "-c",    std::move(script),
            std::string(text::shell_name), wish.id, wish.nonce};
}

/// What an argument starts with, before `wrap`.
std::string wrapper_start(const exec_wish& wish) {
    std::string all(text::quiet);
    if (wish.tty && wish.rows > 0 && wish.columns > 0)
        append(all, {text::set_rows, std::to_string(wish.rows), text::set_columns,
                     std::to_string(wish.columns), ";"});
    return all.append(text::started);
}

}  // namespace

void check_exec_token(std::string_view token, const char* what) {
    const bool plain = std::all_of(token.begin(), token.end(),
                                   [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
    if (token.empty() || token.size() > max_name || !plain)
        refuse(std::string(what) + ": letters, digits, '-' and '_' only, 1 to 64 of them");
}

std::string exec_loader_text(bool tty) {
    std::string all(text::quiet);
    if (tty)
        append(all, {text::raw_terminal, text::started, text::load_size_tty, text::load,
                     text::restore_terminal});
    else
        append(all, {text::started, text::load_size, text::load});
    return all.append(text::start);
}

std::size_t json_length(const std::vector<std::string>& argv) {
    std::size_t length = 2 + (argv.empty() ? 0 : argv.size() - 1);
    for (const auto& word : argv) {
        length += 2;
        for (char c : word) {
            if (c == '"' || c == '\\' || (c >= '\b' && c <= '\r' && c != '\v'))
                length += 2;
            else
                length += static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
        }
    }
    return length;
}

bool fits(const std::vector<std::string>& argv, const exec_limits& limits) {
    if (argv.size() > limits.max_elements || json_length(argv) > limits.max_json_bytes)
        return false;
    return !limits.utf8_only || std::all_of(argv.begin(), argv.end(), core::is_valid_utf8);
}

exec_plan plan_exec(const exec_wish& wish, const exec_limits& limits) {
    check(wish);
    exec_plan plan;
    plan.nonce = wish.nonce;
    plan.input = wish.input;
    plan.tty = wish.tty;
    const bool stream = wish.tty || wish.input == stdin_mode::stream;
    if (wish.tty || !stream) {
        plan.body = make_body(wish, carry::argument);
        plan.argv = shell_argv(wish, wrapper_start(wish) + wrap(plan.body, !stream, wish.tty));
        plan.open_stdin = wish.tty;
        if (fits(plan.argv, limits)) return plan;
        // A terminal hands over lines to whoever reads next: no script for the interpreter there.
        if (wish.tty && wish.script.size() > max_argument)
            refuse("a script for a terminal can not be longer than 128 KiB");
    }
    if (!wish.tty) {
        plan.body = make_body(wish, carry::channel);
        plan.script = wish.script;
    }
    plan.argv = shell_argv(wish, exec_loader_text(wish.tty));
    plan.open_stdin = true;
    plan.has_preamble = true;
    plan.waits_for_ready = wish.tty;
    return plan;
}

std::string exec_plan::preamble(bool raw) const {
    const bool framed = !raw && input == stdin_mode::stream && !tty;
    const bool detach = !tty && input == stdin_mode::none && script.empty();
    std::string code = framed ? wrap_framed(body) : wrap(body, detach, tty);
    append(code, {" #", nonce});
    std::string all = std::to_string(code.size()) + '\n';
    if (tty) all.resize(text::size_tty_length, '\n');  // `$(...)` takes them off
    all += code;
    if (script.empty()) return all;
    const auto carried = script + text::script_end(script.size());
    return all += framed ? stdin_frame(carried) : carried;
}

std::string stdin_frame(std::string_view bytes) {
    std::string frames;
    frames.reserve(bytes.size() + 8 * (bytes.size() / max_frame + 1));
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, max_frame);
        append(frames, {std::to_string(piece.size()), "\n", piece});
        bytes.remove_prefix(piece.size());
    }
    return frames;
}

std::string stdin_end() {
    return "0\n";
}

}  // namespace ecisbx::proto
