/// @file
/// Volumes of a group, and how containers mount them.
#ifndef ECISBX_ECI_VOLUME_HPP
#define ECISBX_ECI_VOLUME_HPP

#include <ecisbx/eci/option_node.hpp>
#include <ecisbx/export.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::eci {

/// A volume of one kind, chosen by the function that makes it. `name`: what mounts refer to,
/// unique in the group.
class ECISBX_API volume {
public:
    /// Empty at the start, shared by the group's containers, gone with the group and at a restart
    /// of the group.
    static volume empty_dir(std::string name);
    /// Files with content of yours: `volume::config("cfg").file("app.ini", text)`. Each at most
    /// 32 KiB, together at most 60 KiB.
    static volume config(std::string name);
    /// An NFS export (NAS): server name or address, absolute path.
    static volume nfs(std::string name, std::string server, std::string path);
    /// An existing cloud disk.
    static volume disk(std::string name, std::string disk_id);
    /// A new cloud disk of 20 to 32768 GiB, made and removed with the group.
    static volume new_disk(std::string name, int size_gib);
    /// A file system of NAS; `path` in it.
    static volume nas(std::string name, std::string server, std::string path);
    /// A bucket of OSS by the driver's options, JSON text: `{"bucket":..,"url":..,"path":..}`.
    static volume oss(std::string name, std::string options_json);
    /// Any FlexVolume: `alicloud/disk`, `alicloud/nas`, `alicloud/oss`; options as JSON text.
    static volume flex(std::string name, std::string driver, std::string options_json);
    /// The older form of `disk`.
    static volume legacy_disk(std::string name, std::string disk_id);
    /// A path of the host; only for accounts the service allows. `type`: as Kubernetes names it.
    static volume host_path(std::string name, std::string path, std::string type = {});

    /// Of `empty_dir`. `Memory` (its use counts as memory; on `/dev/shm` it sets that one's size)
    /// or `LocalRaid0`. Default: the group's disk.
    volume& medium(std::string v) & { return put("EmptyDirVolume.Medium", std::move(v)); }
    volume&& medium(std::string v) && { return std::move(medium(std::move(v))); }
    /// Of `empty_dir`: a number and `Ki`, `Mi` or `Gi`, such as `256Mi`.
    volume& size_limit(std::string v) & { return put("EmptyDirVolume.SizeLimit", std::move(v)); }
    volume&& size_limit(std::string v) && { return std::move(size_limit(std::move(v))); }
    /// Of `config`: one more file, its path relative to the mount, its bytes. `mode`: 0 to 0777;
    /// -1: the volume's default.
    volume& file(std::string path, std::string_view content, int mode = -1) &;
    volume&& file(std::string path, std::string_view content, int mode = -1) && {
        return std::move(file(std::move(path), content, mode));
    }
    /// Of `config`: of files that have none of their own. Default 0644.
    volume& default_mode(int mode) &;
    volume&& default_mode(int mode) && { return std::move(default_mode(mode)); }
    /// Of `nfs`.
    volume& read_only(bool on = true) & { return put("NFSVolume.ReadOnly", on); }
    volume&& read_only(bool on = true) && { return std::move(read_only(on)); }
    /// Of disks. Default `ext4`.
    volume& fs_type(std::string v) &;
    volume&& fs_type(std::string v) && { return std::move(fs_type(std::move(v))); }

    const option_node& node() const noexcept { return node_; }

private:
    volume(std::string name, std::string type);
    volume& put(const char* name, option_value v) { return node_.put(name, std::move(v)), *this; }
    option_node node_;
};

/// How a container mounts a volume.
class mount_options {
public:
    mount_options() = default;
    /// The container can not write to it. Default off.
    mount_options& read_only(bool on = true) & { return node_.put("ReadOnly", on), *this; }
    mount_options&& read_only(bool on = true) && { return std::move(read_only(on)); }
    /// A folder or file of the volume in place of all of it.
    mount_options& sub_path(std::string v) & { return node_.put("SubPath", std::move(v)), *this; }
    mount_options&& sub_path(std::string v) && { return std::move(sub_path(std::move(v))); }
    /// `None` (default), `HostToCotainer` (spelt so by the service) or `Bidirectional`.
    mount_options& propagation(std::string v) & {
        return node_.put("MountPropagation", std::move(v)), *this;
    }
    mount_options&& propagation(std::string v) && { return std::move(propagation(std::move(v))); }

    const option_node& node() const noexcept { return node_; }

private:
    option_node node_;
};

}  // namespace ecisbx::eci

#endif
