#include "server/runtime/seccomp_filter.hpp"

#include "server/runtime/posix.hpp"

#include <ecisbx/error.hpp>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace ecisbx::server::runtime {
namespace {

// By name: a call that this libseccomp or this processor does not know is skipped.
constexpr const char* refused[] = {"mount",
                                   "umount",
                                   "umount2",
                                   "pivot_root",
                                   "chroot",
                                   "move_mount",
                                   "open_tree",
                                   "open_tree_attr",
                                   "fsopen",
                                   "fsconfig",
                                   "fsmount",
                                   "fspick",
                                   "mount_setattr",
                                   "statmount",
                                   "listmount",
                                   "setns",
                                   "unshare",
                                   "keyctl",
                                   "add_key",
                                   "request_key",
                                   "bpf",
                                   "perf_event_open",
                                   "userfaultfd",
                                   "open_by_handle_at",
                                   "kexec_load",
                                   "kexec_file_load",
                                   "init_module",
                                   "finit_module",
                                   "delete_module",
                                   "create_module",
                                   "query_module",
                                   "get_kernel_syms",
                                   "swapon",
                                   "swapoff",
                                   "reboot",
                                   "settimeofday",
                                   "stime",
                                   "clock_settime",
                                   "clock_settime64",
                                   "clock_adjtime",
                                   "clock_adjtime64",
                                   "adjtimex",
                                   "quotactl",
                                   "quotactl_fd",
                                   "acct",
                                   "syslog",
                                   "iopl",
                                   "ioperm",
                                   "lookup_dcookie",
                                   "vhangup",
                                   "uselib",
                                   "ustat",
                                   "sysfs",
                                   "_sysctl",
                                   "nfsservctl",
                                   "vm86",
                                   "vm86old",
                                   "move_pages",
                                   "migrate_pages",
                                   "fanotify_init",
                                   "sethostname",
                                   "setdomainname"};

// A program that is told "no such call" falls back; that is the way for new calls.
constexpr const char* unknown[] = {"clone3", "io_uring_setup", "io_uring_enter",
                                   "io_uring_register"};

constexpr scmp_datum_t low_word = 0xffffffff;  // the kernel looks at no more of an int

class builder {
public:
    builder() : context_(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release) {
        if (!context_) fail("seccomp_init", ENOMEM);
        check("bad architecture",
              seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
        // Many rules: a tree instead of a list. Older libraries can not; it is only speed.
        seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    }
    void refuse(const char* name, int code) {
        int call = seccomp_syscall_resolve_name(name);
        if (call == __NR_SCMP_ERROR) return;
        check(name, seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(code)),
                                     call, 0));
    }
    /// When (argument & mask) == value.
    void refuse_if(const char* name, int code, unsigned argument, scmp_datum_t mask,
                   scmp_datum_t value) {
        int call = seccomp_syscall_resolve_name(name);
        if (call == __NR_SCMP_ERROR) return;
        scmp_arg_cmp when{argument, SCMP_CMP_MASKED_EQ, mask, value};
        check(name,
              seccomp_rule_add_array(context_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(code)),
                                     call, 1, &when));
    }
    std::string program() const {
        auto file = make_memfd("");
        check("export", seccomp_export_bpf(context_.get(), file.get()));
        ::lseek(file.get(), 0, SEEK_SET);
        return read_file(file.get(), 1 << 20);
    }

private:
    [[noreturn]] static void fail(const char* what, int code) {
        throw error(errc::unsupported, std::string("can not build the seccomp filter: ") + what +
                                           ": " + std::strerror(code));
    }
    static void check(const char* what, int result) {
        if (result < 0) fail(what, -result);
    }
    std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

void refuse_new_namespaces(builder& b) {
    for (int flag : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
                     CLONE_NEWPID, CLONE_NEWNET})
        b.refuse_if("clone", EPERM, 0, static_cast<unsigned>(flag), static_cast<unsigned>(flag));
}

// What stays: unix, inet, netlink, inet6. AF_VSOCK reaches the hypervisor from any network
// namespace, AF_ALG the kernel's crypto, and so on.
void refuse_socket_families(builder& b) {
    constexpr int last = 63;
    for (int family = 0; family <= last; ++family) {
        if (family == AF_UNSPEC || family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
            family == AF_NETLINK)
            continue;
        for (const char* call : {"socket", "socketpair"})
            b.refuse_if(call, EAFNOSUPPORT, 0, low_word, static_cast<scmp_datum_t>(family));
    }
}

// personality: PER_LINUX, PER_LINUX32 and UNAME26, which only change what uname says, and the
// query 0xffffffff. A filter rule has one comparison, so: each other bit, unless bit 31 is set; and
// with bit 31, any missing bit.
void refuse_personalities(builder& b) {
    constexpr scmp_datum_t top = 0x80000000, harmless = 0x0020000 | 0x0008;
    for (unsigned bit = 0; bit < 31; ++bit) {
        scmp_datum_t flag = scmp_datum_t{1} << bit;
        if ((flag & harmless) == 0) b.refuse_if("personality", EPERM, 0, top | flag, flag);
        b.refuse_if("personality", EPERM, 0, top | flag, top);
    }
}

}  // namespace

std::string build_seccomp_filter() {
    builder b;
    for (const char* name : refused) b.refuse(name, EPERM);
    for (const char* name : unknown) b.refuse(name, ENOSYS);
    refuse_new_namespaces(b);
    refuse_socket_families(b);
    refuse_personalities(b);
    for (int request : {TIOCSTI, TIOCLINUX})
        b.refuse_if("ioctl", EPERM, 1, low_word, static_cast<unsigned>(request));
    return b.program();
}

int install_seccomp_filter(const std::string& program) {
    sock_fprog filter{};
    filter.len = static_cast<unsigned short>(program.size() / sizeof(sock_filter));
    filter.filter = reinterpret_cast<sock_filter*>(const_cast<char*>(program.data()));
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

}  // namespace ecisbx::server::runtime
