// The setters of the options classes that are more than one value put under one name.
#include <ecisbx/eci/create_options.hpp>
#include <ecisbx/eci/image_cache.hpp>
#include <ecisbx/eci/update_options.hpp>

#include "core/base64.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <variant>

namespace ecisbx::eci {
namespace {

option_node pair_of(const char* key_name, std::string key, std::string value) {
    option_node one;
    one.put(key_name, std::move(key));
    one.put("Value", std::move(value));
    return one;
}

option_node credential(std::string server, std::string user, secret password) {
    option_node one;
    one.put("Server", std::move(server));
    one.put("UserName", std::move(user));
    one.put("Password", std::move(password));
    return one;
}

/// Four octal digits, which is how the service takes it. What is no mode stays visibly wrong, for
/// the check before the call.
std::string mode_text(int bits) {
    if (bits < 0 || bits > 0777) return "out of range";
    std::string digits = "0";
    for (int shift = 6; shift >= 0; shift -= 3)
        digits += static_cast<char>('0' + ((bits >> shift) & 7));
    return digits;
}

const std::string& text_of(const option_node& node, const char* name) {
    static const std::string none;
    const auto* value = node.find(name);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    return text == nullptr ? none : *text;
}

double number_of(const option_node& node, const char* name) {
    const auto* value = node.find(name);
    const auto* number = value == nullptr ? nullptr : std::get_if<double>(value);
    return number == nullptr ? 0 : *number;
}

}  // namespace

probe probe::http(int port, std::string path, std::string scheme) {
    probe made;
    made.node_.put("HttpGet.Port", std::int64_t{port});
    made.node_.put("HttpGet.Path", std::move(path));
    made.node_.put("HttpGet.Scheme", std::move(scheme));
    return made;
}

probe probe::exec(ecisbx::command argv) {
    probe made;
    made.node_.assign("Exec.Command", argv.argv());
    return made;
}

probe probe::tcp(int port) {
    probe made;
    made.node_.put("TcpSocket.Port", std::int64_t{port});
    return made;
}

lifecycle_handler lifecycle_handler::exec(ecisbx::command argv) {
    lifecycle_handler made;
    made.node_.assign("Exec", argv.argv());
    return made;
}

lifecycle_handler lifecycle_handler::http(int port, std::string path, std::string scheme) {
    lifecycle_handler made;
    made.node_.put("HttpGetPort", std::int64_t{port});
    made.node_.put("HttpGetPath", std::move(path));
    made.node_.put("HttpGetScheme", std::move(scheme));
    return made;
}

lifecycle_handler lifecycle_handler::tcp(int port) {
    lifecycle_handler made;
    made.node_.put("TcpSocketPort", std::int64_t{port});
    return made;
}

lifecycle_handler& lifecycle_handler::host(std::string v) & {
    bool tcp = node_.find("TcpSocketPort") != nullptr;
    node_.put(tcp ? "TcpSocketHost" : "HttpGetHost", std::move(v));
    return *this;
}

lifecycle_handler& lifecycle_handler::header(std::string name, std::string value) & {
    node_.add("HttpGetHttpHeader", pair_of("Name", std::move(name), std::move(value)));
    return *this;
}

dns_config& dns_config::option(std::string name, std::string value) & {
    node_.add("Option", pair_of("Name", std::move(name), std::move(value)));
    return *this;
}

volume::volume(std::string name, std::string type) {
    node_.put("Name", std::move(name));
    node_.put("Type", std::move(type));
}

volume volume::empty_dir(std::string name) {
    return volume(std::move(name), "EmptyDirVolume");
}

volume volume::config(std::string name) {
    return volume(std::move(name), "ConfigFileVolume");
}

volume volume::nfs(std::string name, std::string server, std::string path) {
    volume made(std::move(name), "NFSVolume");
    made.put("NFSVolume.Server", std::move(server));
    made.put("NFSVolume.Path", std::move(path));
    return made;
}

volume volume::flex(std::string name, std::string driver, std::string options_json) {
    volume made(std::move(name), "FlexVolume");
    made.put("FlexVolume.Driver", std::move(driver));
    made.put("FlexVolume.Options", std::move(options_json));
    return made;
}

volume volume::disk(std::string name, std::string disk_id) {
    return flex(std::move(name), "alicloud/disk",
                boost::json::serialize(boost::json::object{{"volumeId", disk_id}}));
}

volume volume::new_disk(std::string name, int size_gib) {
    auto size = std::to_string(size_gib);  // a string is what the service's examples have
    return flex(std::move(name), "alicloud/disk",
                boost::json::serialize(boost::json::object{{"volumeSize", size}}));
}

volume volume::nas(std::string name, std::string server, std::string path) {
    return flex(std::move(name), "alicloud/nas",
                boost::json::serialize(boost::json::object{{"server", server}, {"path", path}}));
}

volume volume::oss(std::string name, std::string options_json) {
    return flex(std::move(name), "alicloud/oss", std::move(options_json));
}

volume volume::legacy_disk(std::string name, std::string disk_id) {
    volume made(std::move(name), "DiskVolume");
    made.put("DiskVolume.DiskId", std::move(disk_id));
    return made;
}

volume volume::host_path(std::string name, std::string path, std::string type) {
    volume made(std::move(name), "HostPathVolume");
    made.put("HostPathVolume.Path", std::move(path));
    made.put("HostPathVolume.Type", std::move(type));
    return made;
}

volume& volume::file(std::string path, std::string_view content, int mode) & {
    option_node one;
    one.put("Path", std::move(path));
    one.put("Content", core::base64_encode(content));
    if (mode != -1) one.put("Mode", mode_text(mode));
    node_.add("ConfigFileVolume.ConfigFileToPath", std::move(one));
    return *this;
}

volume& volume::default_mode(int mode) & {
    return put("ConfigFileVolume.DefaultMode", mode_text(mode));
}

volume& volume::fs_type(std::string v) & {
    bool legacy = node_.text("Type") == "DiskVolume";
    return put(legacy ? "DiskVolume.FsType" : "FlexVolume.FsType", std::move(v));
}

create_options::create_options(std::string image) {
    container_.put("Image", std::move(image));
    container_.put("Name", std::string("sandbox"));
    group_.put("Cpu", 1.0);
    group_.put("Memory", 2.0);
}

create_options& create_options::add_pair(const char* list, const char* key_name, std::string key,
                                         std::string value) {
    group_.add(list, pair_of(key_name, std::move(key), std::move(value)));
    return *this;
}

create_options& create_options::registry_credential(std::string server, std::string user,
                                                    secret password) & {
    group_.add("ImageRegistryCredential",
               credential(std::move(server), std::move(user), std::move(password)));
    return *this;
}

/// The names of one address make one element, in the order of their addresses' first use.
create_options& create_options::host_alias(std::string ip, std::string hostname) & {
    host_names_.emplace_back(std::move(ip), std::move(hostname));
    return *this;
}

create_options& create_options::data_cache(std::string bucket, std::string level) & {
    put("DataCacheBucket", std::move(bucket));
    return put("DataCachePL", std::move(level));
}

const std::string& create_options::image() const noexcept {
    return text_of(container_, "Image");
}

const std::string& create_options::name() const noexcept {
    return text_of(group_, "ContainerGroupName");
}

const std::string& create_options::container_name() const noexcept {
    return text_of(container_, "Name");
}

double create_options::cpu() const noexcept {
    return number_of(group_, "Cpu");
}

double create_options::memory() const noexcept {
    return number_of(group_, "Memory");
}

const std::string& create_options::client_token() const noexcept {
    return text_of(group_, "ClientToken");
}

update_options& update_options::tag(std::string k, std::string v) & {
    group_.add("Tag", pair_of("Key", std::move(k), std::move(v)));
    return *this;
}

update_options& update_options::registry_credential(std::string server, std::string user,
                                                    secret password) & {
    group_.add("ImageRegistryCredential",
               credential(std::move(server), std::move(user), std::move(password)));
    return *this;
}

image_cache_options& image_cache_options::tag(std::string k, std::string v) & {
    node_.add("Tag", pair_of("Key", std::move(k), std::move(v)));
    return *this;
}

image_cache_options& image_cache_options::registry_credential(std::string server, std::string user,
                                                              secret password) & {
    node_.add("ImageRegistryCredential",
              credential(std::move(server), std::move(user), std::move(password)));
    return *this;
}

image_cache_query& image_cache_query::tag(std::string k, std::string v) & {
    node_.add("Tag", pair_of("Key", std::move(k), std::move(v)));
    return *this;
}

}  // namespace ecisbx::eci
