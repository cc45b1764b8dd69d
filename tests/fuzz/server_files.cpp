// What the server reads from its own helpers and from the kernel: specs of boxes and processes as
// bytes, and where control groups are mounted.
#include "fuzz/fuzz.hpp"

#include "server/runtime/cgroup_mounts.hpp"
#include "server/runtime/spec_codec.hpp"

#include <string>

using namespace ecisbx;
using fuzz::check;
namespace runtime = server::runtime;

namespace {

template <class Spec>
void check_spec(const Spec& spec) {
    fuzz::accepted({errc::invalid_argument, errc::too_large}, [&] { runtime::check(spec); });
}

void decode(fuzz::input in) {
    const bool box = in.flag();
    const auto bytes = in.rest();
    if (box) {
        const auto spec = runtime::decode_box_spec(bytes);
        if (!spec) return;
        check(runtime::encode(*spec).size() == bytes.size());
        check_spec(*spec);
    } else {
        const auto spec = runtime::decode_process_spec(bytes);
        if (!spec) return;
        check(!spec->argv.empty() && runtime::encode(*spec).size() == bytes.size());
        check_spec(*spec);
    }
}

void box_round_trip(fuzz::input in) {
    runtime::box_spec spec;
    spec.id = std::string(in.line());
    spec.group = std::string(in.line());
    spec.hostname = std::string(in.line());
    spec.dir = std::string(in.line());
    spec.cpus = in.byte();
    spec.memory = in.word();
    for (auto count = in.below(3); count > 0; --count) {
        std::string name(in.line());
        spec.env.emplace_back(std::move(name), std::string(in.line()));
    }
    for (auto count = in.below(3); count > 0; --count) {
        runtime::box_mount mount;
        mount.path = std::string(in.line());
        mount.volume = std::string(in.line());
        mount.size = in.word();
        mount.read_only = in.flag();
        mount.single_file = in.flag();
        for (auto files = in.below(3); files > 0; --files) {
            runtime::mounted_file file;
            file.path = std::string(in.line());
            file.content = std::string(in.line());
            file.mode = in.byte();
            mount.files.push_back(std::move(file));
        }
        spec.mounts.push_back(std::move(mount));
    }
    const auto bytes = runtime::encode(spec);
    const auto read = runtime::decode_box_spec(bytes);
    check(read.has_value() && runtime::encode(*read) == bytes && read->env == spec.env);
    check(read->id == spec.id && read->mounts.size() == spec.mounts.size());
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 8)
        check(!runtime::decode_box_spec(std::string_view(bytes).substr(0, size)));
    fuzz::accepted({errc::invalid_argument, errc::too_large}, [&] {
        runtime::check(spec);
        check(spec.id.find_first_of("/.") == std::string::npos && !spec.id.empty());
        for (const auto& mount : spec.mounts)
            for (const auto& file : mount.files)
                check(!file.path.starts_with("/") && !file.path.starts_with("../") &&
                      file.path.find("/../") == std::string::npos && !file.path.ends_with("/.."));
    });
}

void process_round_trip(fuzz::input in) {
    runtime::process_spec spec;
    spec.open_stdin = in.flag();
    spec.tty = in.flag();
    spec.rows = in.byte();
    spec.columns = in.byte();
    spec.dir = std::string(in.line());
    while (!in.empty()) spec.argv.emplace_back(in.line());
    const auto read = runtime::decode_process_spec(runtime::encode(spec));
    check(read.has_value() == !spec.argv.empty());
    if (!read) return;
    check(read->argv == spec.argv && read->dir == spec.dir && read->tty == spec.tty &&
          read->open_stdin == spec.open_stdin && read->rows == spec.rows &&
          read->columns == spec.columns);
    check_spec(*read);
}

void mounts(fuzz::input in) {
    const std::string cgroup(in.bytes(in.byte()));
    const auto mountinfo = in.rest();
    for (const auto& mount : runtime::cgroup_mounts(mountinfo, cgroup)) {
        check(mount.own.starts_with(mount.point));
        check(!mount.v2 || mount.controllers.empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(4)) {
        case 0: decode(in); break;
        case 1: box_round_trip(in); break;
        case 2: process_round_trip(in); break;
        default: mounts(in); break;
    }
    return 0;
}
