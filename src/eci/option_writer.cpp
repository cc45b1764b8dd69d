#include "eci/option_writer.hpp"

#include <ecisbx/error.hpp>

#include "eci/option_rules.hpp"
#include "proto/flatten.hpp"

#include <type_traits>
#include <variant>

namespace ecisbx::eci {
namespace {

/// Members that occur twice in a container are in the table once.
struct alias {
    std::string_view prefix, path, field;
};
constexpr alias aliases[] = {
    {"LivenessProbe.", "Probe.", "liveness."},
    {"ReadinessProbe.", "Probe.", "readiness."},
    {"LifecyclePostStartHandler", "Handler", "post_start."},
    {"LifecyclePreStopHandler", "Handler", "pre_stop."},
};

struct place {
    std::string path;   ///< as rules have it, with a dot at its end
    std::string field;  ///< as users have it, with a dot at its end
};

struct target {
    const option_rule* rule = nullptr;
    std::string path, field;
};

class writer {
public:
    explicit writer(std::string_view options) : options_(options) {}

    void write(const option_node& node, const place& at, proto::flattener out) const {
        for (const auto& one : node.values()) write_value(one, at, out);
        for (const auto& list : node.text_lists()) write_texts(list, at, out);
        for (const auto& list : node.node_lists()) {
            auto to = find(list.name, at);
            check_count(to, list.items.size());
            auto name = list.name == "InitContainer" ? std::string("init_container") : to.field;
            for (std::size_t i = 0; i < list.items.size(); ++i)
                write(list.items[i], {to.path + ".", name + "[" + std::to_string(i) + "]."},
                      out.element(list.name, i + 1));
        }
    }

private:
    target find(std::string_view name, const place& at) const {
        target to;
        std::string_view known = name == "InitContainer" ? "Container" : name;
        to.path = at.path + std::string(known);
        for (const auto& one : aliases)
            if (at.path == "Container." && known.starts_with(one.prefix)) {
                to.path =
                    at.path + std::string(one.path) + std::string(known.substr(one.prefix.size()));
                to.field = one.field;
            }
        to.rule = find_rule(to.path);
        if (to.rule == nullptr) throw error(errc::unsupported, "no rule for " + to.path);
        to.field = at.field + to.field + std::string(to.rule->field);
        return to;
    }

    void check_count(const target& to, std::size_t count) const {
        if (static_cast<double>(count) > to.rule->limit.most)
            refuse_option(options_, to.field, expectation(to.rule->limit));
    }

    void check_text(std::string_view text, const std::string& field) const {
        if (!is_wire_text(text)) refuse_option(options_, field, "UTF-8 text without NUL");
    }

    void write_value(const option_node::value& one, const place& at, proto::flattener& out) const {
        auto to = find(one.name, at);
        auto limit = to.rule->limit;
        if (limit.what == option_limit::kind::list) limit = element_limit(limit);  // just one
        const auto* text = std::get_if<std::string>(&one.content);
        const auto* hidden = std::get_if<secret>(&one.content);
        bool unset = text != nullptr && text->empty() && !takes_empty(limit);
        if (unset && !to.rule->required) return;
        if (text != nullptr) check_text(*text, to.field);
        if (hidden != nullptr) check_text(hidden->reveal(), to.field);
        if (!fits(limit, one.content)) refuse_option(options_, to.field, expectation(limit));
        if (hidden != nullptr) {
            out.add(one.name, hidden->reveal());
            return;
        }
        std::visit(
            [&](const auto& v) {
                if constexpr (!std::is_same_v<std::decay_t<decltype(v)>, secret>)
                    out.add(one.name, v);
            },
            one.content);
    }

    void write_texts(const option_node::text_list& list, const place& at,
                     proto::flattener& out) const {
        auto to = find(list.name, at);
        check_count(to, list.items.size());
        auto limit = element_limit(to.rule->limit);
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            auto field = to.field + "[" + std::to_string(i) + "]";
            check_text(list.items[i], field);
            if (!fits(limit, list.items[i])) refuse_option(options_, field, expectation(limit));
        }
        out.add(list.name, list.items);
    }

    std::string_view options_;
};

}  // namespace

void refuse_option(std::string_view options, std::string_view field, std::string_view expected) {
    throw error(errc::invalid_argument, std::string(options) + ": " + std::string(field) +
                                            ": expected " + std::string(expected));
}

proto::parameter_list checked_parameters(std::string_view options, const option_node& node) {
    proto::parameter_list parameters;
    writer(options).write(node, place(), proto::flattener(parameters));
    return parameters;
}

void add_extra(std::string_view options,
               const std::vector<std::pair<std::string, std::string>>& extra,
               proto::parameter_list& parameters) {
    for (const auto& [name, value] : extra) {
        if (name.empty() || !is_wire_text(name))
            refuse_option(options, "set", "the name of a parameter");
        if (!is_wire_text(value)) refuse_option(options, "set " + name, "UTF-8 text without NUL");
        std::erase_if(parameters, [&name](const auto& one) { return one.first == name; });
        parameters.emplace_back(name, value);
    }
}

}  // namespace ecisbx::eci
