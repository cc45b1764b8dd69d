/// @file
/// One container of a group.
#ifndef ECISBX_ECI_CONTAINER_OPTIONS_HPP
#define ECISBX_ECI_CONTAINER_OPTIONS_HPP

#include <ecisbx/command.hpp>
#include <ecisbx/eci/option_node.hpp>
#include <ecisbx/eci/probe.hpp>
#include <ecisbx/eci/volume.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::eci {

/// What a container may do.
/// (The service spells three of its members without a dot, so the others carry one.)
class security_context {
public:
    security_context() = default;
    /// One more capability, such as `NET_ADMIN`.
    security_context& add_capability(std::string name) & {
        return node_.append(".Capability.Add", std::move(name)), *this;
    }
    security_context&& add_capability(std::string name) && {
        return std::move(add_capability(std::move(name)));
    }
    /// User id of its processes; at least 0.
    security_context& run_as_user(std::int64_t uid) & { return put(".RunAsUser", uid); }
    security_context&& run_as_user(std::int64_t uid) && { return std::move(run_as_user(uid)); }
    /// The container's root file system takes no writes.
    security_context& read_only_root(bool on = true) & {
        return put(".ReadOnlyRootFilesystem", on);
    }
    security_context&& read_only_root(bool on = true) && { return std::move(read_only_root(on)); }
    /// For accounts the service allows.
    security_context& privileged(bool on = true) & { return put("Privileged", on); }
    security_context&& privileged(bool on = true) && { return std::move(privileged(on)); }
    /// Group id of its processes; at least 0.
    security_context& run_as_group(std::int64_t gid) & { return put("RunAsGroup", gid); }
    security_context&& run_as_group(std::int64_t gid) && { return std::move(run_as_group(gid)); }
    /// Refuse to start as user 0.
    security_context& run_as_non_root(bool on = true) & { return put("RunAsNonRoot", on); }
    security_context&& run_as_non_root(bool on = true) && { return std::move(run_as_non_root(on)); }

    const option_node& node() const noexcept { return node_; }

private:
    security_context& put(const char* name, option_value v) {
        return node_.put(name, std::move(v)), *this;
    }
    option_node node_;
};

/// The setters of a container, for `container_options` and for the first one of `create_options`.
template <class Self>
class container_setters {
public:
    /// Replaces the image's entrypoint and its arguments; at most 20 elements.
    Self& command(ecisbx::command argv) & {
        return container_.assign("Command", argv.argv()), self();
    }
    Self&& command(ecisbx::command argv) && { return std::move(command(std::move(argv))); }
    /// One more argument; together they replace the image's arguments; at most 10.
    Self& arg(std::string v) & { return container_.append("Arg", std::move(v)), self(); }
    Self&& arg(std::string v) && { return std::move(arg(std::move(v))); }
    /// Name 1-128 of `[A-Za-z0-9_]`, no leading digit; value at most 256 characters. The service
    /// replaces `__ECI_ID__`, `__ECI_NAME__`, `__REGION_ID__`, `__ZONE_ID__` and
    /// `__CONTAINER_NAME__` in the value. `ECI_CONTAINER_LAUNCH_PRIORITY` and
    /// `ECI_CONTAINER_EXIT_PRIORITY` (-1000 to 1000) order the starts and the ends.
    Self& env(std::string k, std::string v) & {
        return add_env(std::move(k), "Value", std::move(v));
    }
    Self&& env(std::string k, std::string v) && {
        return std::move(env(std::move(k), std::move(v)));
    }
    /// A variable with a fact about the group. `field`: `status.podIP`.
    Self& env_from(std::string k, std::string field) & {
        return add_env(std::move(k), "FieldRef.FieldPath", std::move(field));
    }
    Self&& env_from(std::string k, std::string field) && {
        return std::move(env_from(std::move(k), std::move(field)));
    }
    /// Do not show the variables in descriptions of the group.
    Self& hide_env(bool on = true) & { return put("EnvironmentVarHide", on); }
    Self&& hide_env(bool on = true) && { return std::move(hide_env(on)); }
    /// 1 to 65535; protocol `TCP` or `UDP`.
    Self& port(int number, std::string protocol = "TCP") & {
        option_node one;
        one.put("Port", number);
        one.put("Protocol", std::move(protocol));
        return container_.add("Port", std::move(one)), self();
    }
    Self&& port(int number, std::string protocol = "TCP") && {
        return std::move(port(number, std::move(protocol)));
    }
    /// Made by the service if it is missing.
    Self& working_dir(std::string v) & { return put("WorkingDir", std::move(v)); }
    Self&& working_dir(std::string v) && { return std::move(working_dir(std::move(v))); }
    /// `Always`, `IfNotPresent` or `Never`.
    Self& image_pull_policy(std::string v) & { return put("ImagePullPolicy", std::move(v)); }
    Self&& image_pull_policy(std::string v) && {
        return std::move(image_pull_policy(std::move(v)));
    }
    /// One more mount: a volume of the group by its name, and where.
    Self& mount(std::string volume_name, std::string path, mount_options how = mount_options()) & {
        option_node one = how.node();
        one.put("Name", std::move(volume_name));
        one.put("MountPath", std::move(path));
        return container_.add("VolumeMount", std::move(one)), self();
    }
    Self&& mount(std::string volume_name, std::string path,
                 mount_options how = mount_options()) && {
        return std::move(mount(std::move(volume_name), std::move(path), std::move(how)));
    }
    /// GPUs; with `instance_type` of a kind that has them.
    Self& gpu(int count) & { return put("Gpu", std::int64_t{count}); }
    Self&& gpu(int count) && { return std::move(gpu(count)); }
    /// Keep the main process's stdin open, and close it after the first that attached (`once`).
    Self& open_stdin(bool on = true, bool once = false) & {
        put("Stdin", on);
        return put("StdinOnce", once);
    }
    Self&& open_stdin(bool on = true, bool once = false) && {
        return std::move(open_stdin(on, once));
    }
    /// Give the main process a terminal.
    Self& tty(bool on = true) & { return put("Tty", on); }
    Self&& tty(bool on = true) && { return std::move(tty(on)); }
    /// Restart the container while this fails. Not for init containers, like the next three.
    Self& liveness(const probe& how) & { return embed("LivenessProbe.", how.node()); }
    Self&& liveness(const probe& how) && { return std::move(liveness(how)); }
    /// Report the container as not ready while this fails.
    Self& readiness(const probe& how) & { return embed("ReadinessProbe.", how.node()); }
    Self&& readiness(const probe& how) && { return std::move(readiness(how)); }
    /// What runs right after the container's start, beside its main process.
    Self& post_start(const lifecycle_handler& what) & {
        return embed("LifecyclePostStartHandler", what.node());
    }
    Self&& post_start(const lifecycle_handler& what) && { return std::move(post_start(what)); }
    /// What runs before the container is ended.
    Self& pre_stop(const lifecycle_handler& what) & {
        return embed("LifecyclePreStopHandler", what.node());
    }
    Self&& pre_stop(const lifecycle_handler& what) && { return std::move(pre_stop(what)); }
    /// What the container may do. Default: as the service and the image have it.
    Self& security(const security_context& what) & { return embed("SecurityContext", what.node()); }
    Self&& security(const security_context& what) && { return std::move(security(what)); }
    /// File whose text is the message of the container's end. Default `/dev/termination-log`.
    Self& termination_message_path(std::string v) & {
        return put("TerminationMessagePath", std::move(v));
    }
    Self&& termination_message_path(std::string v) && {
        return std::move(termination_message_path(std::move(v)));
    }
    /// `File` or `FallbackToLogsOnError`.
    Self& termination_message_policy(std::string v) & {
        return put("TerminationMessagePolicy", std::move(v));
    }
    Self&& termination_message_policy(std::string v) && {
        return std::move(termination_message_policy(std::move(v)));
    }

    const option_node& container_node() const noexcept { return container_; }

protected:
    container_setters() = default;
    Self& self() noexcept { return static_cast<Self&>(*this); }
    Self& put(const char* name, option_value v) {
        return container_.put(name, std::move(v)), self();
    }
    Self& embed(std::string_view prefix, const option_node& member) {
        return container_.embed(prefix, member), self();
    }
    Self& add_env(std::string k, const char* source, std::string v) {
        option_node one;
        one.put("Key", std::move(k));
        one.put(source, std::move(v));
        return container_.add("EnvironmentVar", std::move(one)), self();
    }
    option_node container_;
};

/// One more container, or an init container, of a group: `container_options("redis").name("db")`.
class container_options : public container_setters<container_options> {
public:
    /// Without an image: only for an incremental update.
    container_options() = default;
    /// `image`: with its tag, `registry/path:tag`.
    explicit container_options(std::string image) { put("Image", std::move(image)); }

    /// 1 to 128 of `[a-z0-9-]`, no hyphen at an end; unique in the group. Required.
    container_options& name(std::string v) & { return put("Name", std::move(v)); }
    container_options&& name(std::string v) && { return std::move(name(std::move(v))); }
    /// vCPU of the group's that this container may use. Default: all.
    container_options& cpu(double v) & { return put("Cpu", v); }
    container_options&& cpu(double v) && { return std::move(cpu(v)); }
    /// GiB of the group's that this container may use. Default: all.
    container_options& memory(double v) & { return put("Memory", v); }
    container_options&& memory(double v) && { return std::move(memory(v)); }
};

}  // namespace ecisbx::eci

#endif
