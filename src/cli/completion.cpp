// ecisbx completion, and the hidden command that its scripts call
#include "cli/commands.hpp"
#include "cli/complete.hpp"
#include "cli/print.hpp"

#include <ecisbx/result.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

namespace ecisbx::cli {
namespace {

// Bash splits words at ':', which `ID:PATH` has in it; what was typed before it is cut off again.
constexpr const char* bash_script =
    R"sh(# bash completion for ecisbx; load it with: . <(ecisbx completion bash)
_ecisbx() {
    local line files= words cword cur
    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n : words cword cur
    else
        words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]}
    fi
    COMPREPLY=()
    while IFS= read -r line; do
        if [ "$line" = :files ]; then files=1; continue; fi
        COMPREPLY+=("${line%%$'\t'*}")
    done < <(command "${words[0]}" __complete -- "${words[@]:1:cword}" 2>/dev/null)
    if [ -n "$files" ]; then compopt -o default; fi
    if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$cur"; fi
}
complete -F _ecisbx ecisbx
)sh";

constexpr const char* zsh_script = R"sh(#compdef ecisbx
# zsh completion for ecisbx; load it with: . <(ecisbx completion zsh), or save it as _ecisbx in $fpath
_ecisbx() {
    local line files= tab=$'\t'
    local -a found
    while IFS= read -r line; do
        if [[ $line == :files ]]; then files=1; continue; fi
        found+=("${${line%%$tab*}//:/\\:}:${line#*$tab}")
    done < <(command $words[1] __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( $#found )) && _describe -V ecisbx found
    [[ -n $files ]] && _files
}
if [ "$funcstack[1]" = _ecisbx ]; then _ecisbx "$@"; else compdef _ecisbx ecisbx; fi
)sh";

// Typing must not wait for a service that is away.
constexpr std::chrono::milliseconds longest_listing{1500};

boost::asio::awaitable<int> print_ids(eci::client client, std::string prefix, std::string suffix) {
    auto page = co_await as_result(client.list());
    if (!page) co_return 0;
    for (const auto& group : page->groups)
        if (group.id.starts_with(prefix))
            std::cout << group.id << suffix << '\t' << printable(group.name + ", " + group.status)
                      << '\n';
    co_return 0;
}

int print_completion(const CLI::App& root, app& program, std::vector<std::string> words) {
    std::string current = words.empty() ? "" : words.back();
    auto found = complete(root, std::move(words));
    for (const auto& [word, help] : found.words) std::cout << word << '\t' << help << '\n';
    if (found.files) std::cout << ":files\n";
    bool is_path = current.find_first_of("/.") != std::string::npos;
    if (!found.ids || is_path) return 0;
    auto settings = program.config();
    settings.timeout(longest_listing).max_attempts(1);
    eci::client client(program.context().get_executor(), settings);
    return program.run(print_ids(client, current, found.files ? ":" : ""));
}

}  // namespace

void add_completion(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand(
        "completion", "Print a shell's completion script: . <(ecisbx completion bash)");
    auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "bash or zsh")
        ->required()
        ->option_text("bash|zsh")
        ->check(CLI::IsMember({"bash", "zsh"}));
    command->callback([=, &chosen] {
        chosen = [=] {
            std::cout << (*shell == "bash" ? bash_script : zsh_script);
            return 0;
        };
    });

    auto words = std::make_shared<std::vector<std::string>>();
    auto* hidden = parser.add_subcommand("__complete", "Print what may follow")->group("");
    hidden->add_option("WORD", *words);
    hidden->callback([=, &parser, &program, &chosen] {
        chosen = [=, &parser, &program] { return print_completion(parser, program, *words); };
    });
}

}  // namespace ecisbx::cli
