#include "eci/create_checks.hpp"

#include "core/base64.hpp"
#include "eci/option_writer.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace ecisbx::eci {
namespace {

namespace json = boost::json;

constexpr std::size_t most_disks = 6;
constexpr std::size_t most_file = 32 * 1024;
constexpr std::size_t most_files = 60 * 1024;

const std::vector<option_node>& nodes_of(const option_node& owner, std::string_view list) {
    static const std::vector<option_node> none;
    const auto* found = owner.find_nodes(list);
    return found == nullptr ? none : *found;
}

std::string indexed(std::string_view list, std::size_t index) {
    return std::string(list) + "[" + std::to_string(index) + "]";
}

bool whole_number(std::string_view text, std::int64_t& number) {
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc() && end == text.data() + text.size();
}

class checker {
public:
    checker(std::string_view options, const option_node& group, const check_scope& scope)
        : options_(options), group_(group), scope_(scope) {}

    void check() {
        check_volumes();
        for (auto [list, field] :
             {std::pair("Container", "container"), std::pair("InitContainer", "init_container")}) {
            const auto& all = nodes_of(group_, list);
            bool init = field == std::string_view("init_container");
            for (std::size_t i = 0; i < all.size(); ++i)
                check_container(all[i], indexed(field, i), init);
        }
        check_spot();
        check_eip();
    }

private:
    void require(bool fine, const std::string& field, std::string_view expected) const {
        if (!fine) refuse_option(options_, field, expected);
    }

    void check_container(const option_node& c, const std::string& field, bool init) {
        auto name = c.text("Name");
        require(!name.empty(), field + ".name", "a name");
        require(names_.insert(name).second, field + ".name", "a name that no other container has");
        if (scope_.images_required) require(!c.text("Image").empty(), field + ".image", "an image");
        check_env(c, field);
        check_mounts(c, field);
        if (init) check_init(c, field);
        const auto* successes = c.find("LivenessProbe.SuccessThreshold");
        require(successes == nullptr || *successes == option_value(std::int64_t{1}),
                field + ".liveness.successes", "exactly 1");
    }

    void check_env(const option_node& c, const std::string& field) const {
        const auto& all = nodes_of(c, "EnvironmentVar");
        std::set<std::string_view> keys;
        for (std::size_t i = 0; i < all.size(); ++i) {
            auto at = field + "." + indexed("env", i);
            auto key = all[i].text("Key");
            require(!key.empty(), at + ".key", "a name");
            require(keys.insert(key).second, at + ".key", "a name that is not there twice");
            if (key != "ECI_CONTAINER_LAUNCH_PRIORITY" && key != "ECI_CONTAINER_EXIT_PRIORITY")
                continue;
            std::int64_t priority = 0;
            require(whole_number(all[i].text("Value"), priority) && priority >= -1000 &&
                        priority <= 1000,
                    at + ".value", "-1000 to 1000");
        }
    }

    void check_mounts(const option_node& c, const std::string& field) const {
        const auto& all = nodes_of(c, "VolumeMount");
        for (std::size_t i = 0; i < all.size(); ++i) {
            auto at = field + "." + indexed("mount", i);
            auto name = all[i].text("Name");
            require(!all[i].text("MountPath").empty(), at + ".path", "a path");
            require(!name.empty() && (!scope_.volumes_known || volumes_.count(name) > 0),
                    at + ".volume", "the name of one of the group's volumes");
        }
    }

    void check_init(const option_node& c, const std::string& field) const {
        auto absent = [&](const auto& list, std::string_view prefix, const char* setter) {
            bool there = std::any_of(list.begin(), list.end(), [prefix](const auto& one) {
                return std::string_view(one.name).starts_with(prefix);
            });
            require(!there, field + "." + setter, "none on an init container");
        };
        for (auto [prefix, setter] :
             {std::pair("LivenessProbe.", "liveness"), std::pair("ReadinessProbe.", "readiness"),
              std::pair("LifecyclePostStartHandler", "post_start"),
              std::pair("LifecyclePreStopHandler", "pre_stop"), std::pair("Stdin", "open_stdin"),
              std::pair("Tty", "tty")}) {
            absent(c.values(), prefix, setter);
            absent(c.text_lists(), prefix, setter);
        }
    }

    void check_volumes() {
        const auto& all = nodes_of(group_, "Volume");
        std::size_t disks = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            auto field = indexed("volume", i);
            auto name = all[i].text("Name");
            require(!name.empty(), field + ".name", "a name");
            require(volumes_.insert(name).second, field + ".name",
                    "a name that no other volume has");
            bool disk = all[i].text("Type") == "DiskVolume" ||
                        all[i].text("FlexVolume.Driver") == "alicloud/disk";
            require(!disk || ++disks <= most_disks, field, "at most 6 cloud disks");
            check_required(all[i], field);
            check_flex_options(all[i], field);
            check_files(all[i], field);
        }
    }

    void check_required(const option_node& v, const std::string& field) const {
        struct need {
            std::string_view type, name;
            const char* setter;
        };
        for (const auto& one : {need{"NFSVolume", "NFSVolume.Server", "server"},
                                need{"NFSVolume", "NFSVolume.Path", "path"},
                                need{"FlexVolume", "FlexVolume.Driver", "driver"},
                                need{"FlexVolume", "FlexVolume.Options", "options"},
                                need{"DiskVolume", "DiskVolume.DiskId", "disk_id"},
                                need{"HostPathVolume", "HostPathVolume.Path", "path"}})
            if (v.text("Type") == one.type)
                require(!v.text(one.name).empty(), field + "." + one.setter,
                        "a text that is not empty");
    }

    void check_flex_options(const option_node& v, const std::string& field) const {
        auto text = v.text("FlexVolume.Options");
        if (text.empty()) return;
        json::error_code failed;
        auto parsed = json::parse({text.data(), text.size()}, failed);
        require(!failed && parsed.is_object(), field + ".options", "a JSON object");
        const auto* size = parsed.get_object().if_contains("volumeSize");
        if (size == nullptr) return;
        std::int64_t number = size->is_int64() ? size->get_int64() : 0;
        if (size->is_string()) {
            const auto& digits = size->get_string();
            if (!whole_number({digits.data(), digits.size()}, number)) number = 0;
        }
        require(number >= 20 && number <= 32768, field + ".options.volumeSize", "20 to 32768");
    }

    void check_files(const option_node& v, const std::string& field) const {
        const auto& files = nodes_of(v, "ConfigFileVolume.ConfigFileToPath");
        std::set<std::string_view> paths;
        std::size_t together = 0;
        for (std::size_t i = 0; i < files.size(); ++i) {
            auto at = field + "." + indexed("file", i);
            auto path = files[i].text("Path");
            require(!path.empty(), at + ".path", "a relative path without ..");
            require(paths.insert(path).second, at + ".path", "a path that is not there twice");
            auto content = core::base64_decode(files[i].text("Content"));
            auto size = content ? content->size() : most_file + 1;
            require(size <= most_file, at + ".content", "at most 32 KiB");
            together += size;
            require(together <= most_files, field + ".file", "at most 60 KiB in all");
        }
    }

    void check_spot() const {
        bool limited = group_.text("SpotStrategy") == "SpotWithPriceLimit";
        bool priced = group_.find("SpotPriceLimit") != nullptr;
        require(!limited || priced, "spot_price_limit", "a price, for SpotWithPriceLimit");
        require(limited || !priced, "spot_strategy", "SpotWithPriceLimit, for spot_price_limit");
    }

    void check_eip() const {
        bool made = group_.find("AutoCreateEip") != nullptr;
        require(!made || group_.text("EipInstanceId").empty(), "eip",
                "none together with auto_eip");
        for (auto [name, field] : {std::pair("EipISP", "eip_isp"),
                                   std::pair("EipCommonBandwidthPackage", "eip_bandwidth_package")})
            require(made || group_.text(name).empty(), field, "auto_eip beside it");
    }

    std::string_view options_;
    const option_node& group_;
    const check_scope& scope_;
    std::set<std::string_view> names_, volumes_;
};

}  // namespace

void check_group(std::string_view options, const option_node& group, const check_scope& scope) {
    checker(options, group, scope).check();
}

void check_tags(std::string_view options, const option_node& owner) {
    const auto& all = nodes_of(owner, "Tag");
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto key = all[i].text("Key");
        auto field = indexed("tag", i) + ".key";
        if (key.empty()) refuse_option(options, field, "1 to 64 characters");
        if (!keys.insert(key).second)
            refuse_option(options, field, "a key that is not there twice");
    }
}

}  // namespace ecisbx::eci
