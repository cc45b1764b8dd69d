// ResizeContainerGroupVolume. There are no disks here: the size is kept and shown.
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : "";
}

// `volumeSize` is a text in the documents and a number in some programs.
std::int64_t size_in(const json::object& options) {
    const auto* value = options.if_contains("volumeSize");
    if (!value) return 0;
    if (value->is_int64()) return value->get_int64();
    if (!value->is_string()) return 0;
    std::int64_t size = 0;
    const auto& text = value->get_string();
    (void)std::from_chars(text.data(), text.data() + text.size(), size);
    return size;
}

json::object options_of(const json::object& volume) {
    boost::system::error_code failed;
    json::parse_options depth;
    depth.max_depth = 8;
    auto parsed = json::parse(text_of(volume, "FlexVolumeOptions"), failed, {}, depth);
    return !failed && parsed.is_object() ? std::move(parsed.get_object()) : json::object();
}

json::object* find_volume(store::group_spec& spec, const std::string& name) {
    auto* list = spec.extra.if_contains("Volumes");
    if (!list || !list->is_array()) return nullptr;
    for (auto& volume : list->get_array())
        if (volume.is_object() && text_of(volume.get_object(), "Name") == name)
            return &volume.get_object();
    return nullptr;
}

void grow(const call& c, store::group_spec& spec, std::int64_t size) {
    auto* volume = find_volume(spec, c.parameters.required("VolumeName"));
    if (!volume)
        refuse_parameter(c.parameters, "VolumeName", "the container group has no such volume");
    if (text_of(*volume, "FlexVolumeDriver") != "alicloud/disk")
        refuse(400, "DiskVolume.NotSupport", "Only a cloud disk can be resized.");
    auto options = options_of(*volume);
    if (size <= size_in(options))
        refuse_parameter(c.parameters, "NewSize", "it must be above the present size");
    options["volumeSize"] = std::to_string(size);
    (*volume)["FlexVolumeOptions"] = json::serialize(options);
}

}  // namespace

json::object resize_container_group_volume(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        auto g = required_group(s, c);
        (void)c.parameters.required("VolumeName");
        (void)c.parameters.required("NewSize");
        auto size = c.parameters.integer("NewSize", 20, 32'768);
        if (g->status != store::group_status::running)
            refuse(400, "IncorrectStatus",
                   "The status of the container group is " +
                       std::string(store::to_string(g->status)) + ", it must be Running.");
        s.groups->change_spec(*g, [&](store::group_spec& spec) { grow(c, spec, *size); });
        s.groups->add_event(*g, true, "NotSupportedHere",
                            "The local server has no disks: the new size is only shown.");
        return g->id;
    });
    return {};
}

}  // namespace ecisbx::server::api::eci
