// ecisbx man: the manual page, made from the same texts as --help.
#include "cli/commands.hpp"

#include <iostream>
#include <string>

namespace ecisbx::cli {
namespace {

/// For roff: a backslash, a hyphen and a dot or quote at the begin of a line have meanings of
/// their own.
std::string roff(const std::string& text) {
    std::string out;
    for (char c : text) {
        bool begins = out.empty() || out.back() == '\n';
        if (begins && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

std::string names_of(const CLI::Option& option) {
    std::string text;
    for (const auto& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
    for (const auto& name : option.get_lnames()) text += (text.empty() ? "--" : ", --") + name;
    return text;
}

std::string value_of(const CLI::Option& option) {
    if (!option.get_option_text().empty()) return option.get_option_text();
    return option.get_items_expected_max() == 0 ? "" : option.get_type_name();
}

void print_options(const CLI::App& app) {
    for (const auto* option : app.get_options()) {
        if (option->get_positional() || option->get_group().empty()) continue;
        auto value = value_of(*option);
        std::cout << ".TP\n\\fB" << roff(names_of(*option)) << "\\fR";
        if (!value.empty()) std::cout << " \\fI" << roff(value) << "\\fR";
        std::cout << '\n' << roff(option->get_description());
        if (!option->get_default_str().empty())
            std::cout << ". Default: " << roff(option->get_default_str());
        std::cout << '\n';
    }
}

void print_synopsis(const CLI::App& app, const std::string& path) {
    std::cout << "\\fB" << roff(path) << "\\fR [options]";
    for (const auto* option : app.get_options()) {
        if (!option->get_positional()) continue;
        std::string name = option->get_name(true);
        if (option->get_expected_max() > 1) name += "...";
        if (!option->get_required()) name = "[" + name + "]";
        std::cout << " \\fI" << roff(name) << "\\fR";
    }
    std::cout << '\n';
}

void print_command(const CLI::App& app, const std::string& path) {
    auto below = app.get_subcommands([](const CLI::App*) { return true; });
    if (below.empty()) {
        std::cout << ".SS ";
        print_synopsis(app, path);
        std::cout << roff(app.get_description()) << ".\n";
        if (auto footer = app.get_footer(); footer.size() > 1)
            std::cout << ".PP\n" << roff(footer) << '\n';
        print_options(app);
    }
    for (const auto* sub : below)
        if (!sub->get_group().empty()) print_command(*sub, path + " " + sub->get_name());
}

constexpr const char* closing = R"(.SH EXIT STATUS
The status of
.BR exec ,
.BR bash ,
.BR run
and
.B tmux wait
is the remote command's; 128+n after signal n; 124 when it ran out of time; 125 when ecisbx itself
failed; 126 and 127 as a shell. Every other command: 0, or 125.
.SH ENVIRONMENT
.BR ECI_SANDBOX_ACCESS_KEY_ID ", " _ACCESS_KEY_SECRET ", " _SECURITY_TOKEN ", " _REGION_ID ,
.BR _ENDPOINT ", " _VPC_ENDPOINT_ENABLED ", " _TIMEOUT_MS ", " _CA_FILE ", " _EXEC_HOSTS ;
the first six also as
.BR ALIBABA_CLOUD_ ...;
.BR HTTPS_PROXY ", " HTTP_PROXY ", " NO_PROXY .
What is not in the environment is read from a
.I .env
file, searched from the working folder upward; credentials then from the vendor's default chain.
.B ecisbx doctor
tells what was found where.
)";

int print_manual(const CLI::App& root) {
    std::cout << ".TH ECISBX 1 \"\" \"ecisbx " ECISBX_VERSION
                 "\" \"User Commands\"\n.SH NAME\n"
                 "ecisbx \\- run code sandboxes on Alibaba Cloud ECI or on the local server\n"
                 ".SH SYNOPSIS\n\\fBecisbx\\fR [options] \\fIcommand\\fR ...\n"
                 ".SH OPTIONS\n";
    print_options(root);
    std::cout << ".SH COMMANDS\n";
    print_command(root, root.get_name());
    std::cout << closing;
    return 0;
}

}  // namespace

void add_man(CLI::App& parser, app&, action& chosen) {
    auto* command = parser.add_subcommand("man", "Print the manual page: ecisbx man | man -l -");
    command->callback([&parser, &chosen] { chosen = [&parser] { return print_manual(parser); }; });
}

}  // namespace ecisbx::cli
