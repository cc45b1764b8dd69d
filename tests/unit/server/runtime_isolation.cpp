// What a process in a bubblewrap box can see and do, looked at from inside.
#include "server/runtime/posix.hpp"
#include "unit/server/runtime_fixture.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace runtime_test;
namespace fs = std::filesystem;

namespace {

std::string python(const std::string& code) {
    return "/usr/bin/python3 -c '" + code + "'";
}

}  // namespace

TEST_CASE("bubblewrap: a process has no capability, no new privileges and a filter") {
    world w;
    auto box = w.box();
    auto status = w.sh(box, "cat /proc/self/status");
    for (const char* line : {"CapInh:\t0000000000000000\n", "CapPrm:\t0000000000000000\n",
                             "CapEff:\t0000000000000000\n", "CapBnd:\t0000000000000000\n",
                             "CapAmb:\t0000000000000000\n", "NoNewPrivs:\t1\n", "Seccomp:\t2\n",
                             "Uid:\t0\t0\t0\t0\n", "Gid:\t0\t0\t0\t0\n"}) {
        INFO(line);
        CHECK(status.find(line) != std::string::npos);
    }
}

TEST_CASE("bubblewrap: nothing of the box is the host's root") {
    world w;
    auto box = w.box();
    // Inside 0, outside the server's user or, for a server that is root, nobody.
    std::istringstream map(w.sh(box, "cat /proc/self/uid_map"));
    unsigned inside = 1, outside = 0, count = 0;
    map >> inside >> outside >> count;
    CHECK(inside == 0);
    CHECK(outside == (::geteuid() == 0 ? 65534 : ::geteuid()));
    CHECK(outside != 0);
    CHECK(count == 1);

    auto mark = unique_mark();
    auto daemon = w.start(box, shell("echo on; sleep 1000; : " + mark));
    w.run(read_until(daemon, "on\n"));
    auto found = processes_with(mark);
    REQUIRE_FALSE(found.empty());
    auto status = rt::read_file("/proc/" + std::to_string(found[0].pid) + "/status");
    auto user = std::to_string(outside);
    CHECK(status.find("Uid:\t" + user + "\t" + user + "\t" + user + "\t" + user) !=
          std::string::npos);
    if (::geteuid() == 0) CHECK(status.find("Groups:\t \n") != std::string::npos);
}

TEST_CASE("bubblewrap: every namespace is the box's own, and the same in two processes of it") {
    world w;
    auto box = w.box(), other = w.box("box-2");
    for (const char* kind : {"user", "pid", "mnt", "ipc", "uts", "cgroup", "net"}) {
        INFO(kind);
        auto path = std::string("/proc/self/ns/") + kind;
        auto ours = fs::read_symlink(path).string() + "\n";
        auto theirs = w.sh(box, "readlink " + path);
        CHECK(theirs != ours);
        CHECK(theirs == w.sh(box, "readlink " + path));
        CHECK(theirs != w.sh(other, "readlink " + path));
    }
}

TEST_CASE("bubblewrap: what reaches around the namespaces is refused") {
    world w;
    auto box = w.box();
    for (const char* tried :
         {"mount -t tmpfs none /tmp", "mount --bind /usr /tmp", "umount /tmp", "unshare -U true",
          "unshare -n true", "unshare -m true", "chroot / true", "hostname other",
          "nsenter -t 1 -m true", "mknod /tmp/n c 1 3", "dmesg", "date -s 2000-01-01"}) {
        INFO(tried);
        auto result = w.exec(box, shell(tried));
        CHECK(result.exit.code != 0);
        CHECK(result.err.find("not found") == std::string::npos);
    }
}

TEST_CASE("bubblewrap: the system call filter, call by call") {
    world w;
    auto box = w.box();
    auto code = std::string(R"(
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*a):
    ctypes.set_errno(0)
    r = libc.syscall(*[ctypes.c_long(x) if isinstance(x, int) else x for x in a])
    return errno.errorcode[ctypes.get_errno()] if r < 0 else "ok"
print("clone newuser", call(56, 0x10000000 | 17, 0, 0, 0, 0))
print("clone newns", call(56, 0x00020000 | 17, 0, 0, 0, 0))
print("clone newpid, high bits", call(56, (1 << 32) | 0x20000000 | 17, 0, 0, 0, 0))
print("clone3", call(435, 0, 0))
print("unshare", call(272, 0))
print("setns", call(308, -1, 0))
print("keyctl", call(250, 0, -3, 0))
print("bpf", call(321, 0, 0, 0))
print("io_uring", call(425, 1, 0))
print("userfaultfd", call(323, 0))
print("open_tree", call(428, -100, b"/", 1))
print("tiocsti", call(16, 0, 0x5412, b"x"))
print("tiocsti, high bits", call(16, 0, (7 << 32) | 0x5412, b"x"))
print("vsock", call(41, 40, 1, 0))
print("vsock, high bits", call(41, (1 << 32) | 40, 1, 0))
print("packet", call(41, 17, 3, 0))
print("alg", call(41, 38, 5, 0))
print("unix", call(41, 1, 1, 0))
print("inet", call(41, 2, 1, 0))
print("inet6", call(41, 10, 1, 0))
print("personality query", call(135, 0xffffffff))
print("personality linux", call(135, 0))
print("personality read_implies_exec", call(135, 0x0400000))
print("personality bit 31", call(135, 0x80400000))
print("ptrace", call(101, 0, 0, 0, 0))
)");
    auto result = w.exec(box, command({"/usr/bin/python3", "-c", code}));
    INFO(result.out, result.err);
    CHECK(result.exit.code == 0);
    std::string expected =
        "clone newuser EPERM\nclone newns EPERM\nclone newpid, high bits EPERM\nclone3 ENOSYS\n"
        "unshare EPERM\nsetns EPERM\nkeyctl EPERM\nbpf EPERM\nio_uring ENOSYS\n"
        "userfaultfd EPERM\nopen_tree EPERM\ntiocsti EPERM\ntiocsti, high bits EPERM\n"
        "vsock EAFNOSUPPORT\nvsock, high bits EAFNOSUPPORT\npacket EAFNOSUPPORT\n"
        "alg EAFNOSUPPORT\nunix ok\ninet ok\ninet6 ok\npersonality query ok\n"
        "personality linux ok\npersonality read_implies_exec EPERM\npersonality bit 31 EPERM\n"
        "ptrace ok\n";
#if defined(__x86_64__)
    CHECK(result.out == expected);
#endif
}

TEST_CASE("bubblewrap: no secret file of the host is there or readable") {
    world w;
    auto box = w.box();
    CHECK(w.exec(box, shell("cat /etc/shadow")).exit.code != 0);
    CHECK(w.exec(box, shell("ls /sys /lost+found")).exit.code != 0);
    for (const char* hidden : {"/root", "/home", "/srv", "/mnt", "/media", "/run"}) {
        INFO(hidden);
        CHECK(w.sh(box, std::string("ls -A ") + hidden) == "");
    }
    CHECK(w.sh(box, "ls -A /var") == "run\ntmp\n");
    CHECK(w.sh(box, "ls -A /tmp /var/tmp | grep -v : | tr -d '\\n'") == "");
    for (const auto& entry : fs::directory_iterator("/")) {
        auto name = entry.path().filename().string();
        static const std::string shown =
            " bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin srv "
            "tmp usr var ";
        if (shown.find(" " + name + " ") != std::string::npos) continue;
        INFO(name);
        CHECK(w.exec(box, command({"ls", "-d", "/" + name})).exit.code != 0);
    }
}

TEST_CASE("bubblewrap: only home, temporary folders and the working folder can be written") {
    world w;
    auto spec = box_named("box-1");
    spec.dir = "/srv/app/x";
    auto box = w.box(std::move(spec));
    for (const char* dir : {"/", "/usr", "/usr/bin", "/etc", "/opt", "/dev", "/home", "/var",
                            "/srv", "/srv/app", "/proc/sys/kernel"}) {
        INFO(dir);
        CHECK(w.exec(box, shell(std::string("touch ") + dir + "/new")).exit.code != 0);
    }
    for (const char* file :
         {"/etc/passwd", "/usr/bin/env", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"}) {
        INFO(file);
        CHECK(w.exec(box, shell(std::string(": >> ") + file)).exit.code != 0);
    }
    for (const char* dir :
         {"/root", "/tmp", "/var/tmp", "/run", "/var/run", "/dev/shm", "/srv/app/x"}) {
        INFO(dir);
        CHECK(w.sh(box, std::string("echo 1 > ") + dir + "/new && cat " + dir + "/new") == "1\n");
    }
    CHECK(w.sh(box, "echo $HOME; cd; pwd") == "/root\n/root\n");
    CHECK(w.sh(box, "pwd") == "/srv/app/x\n");
    CHECK(w.sh(box, "stat -c %a /tmp /root") == "1777\n700\n");
}

TEST_CASE("bubblewrap: a writable place is limited") {
    world w;
    auto spec = box_named("box-1");
    spec.memory = 64 << 20;
    auto box = w.box(std::move(spec));
    for (const char* dir : {"/root", "/tmp", "/var/tmp", "/run", "/dev/shm"}) {
        INFO(dir);
        CHECK(w.sh(box, std::string("stat -f -c '%b %S' ") + dir + " | awk '{ print $1 * $2 }'") ==
              "33554432\n");
    }
}

TEST_CASE("bubblewrap: a working folder in what the host has, through a link, and bad ones") {
    world w;
    auto spec = box_named("box-1");
    spec.dir = "/usr/local";
    auto box = w.box(spec);
    auto here = w.sh(box, "pwd; ls -A; touch new && ls new; touch bin/new || echo no");
    CHECK(here.find("/usr/local\n") == 0);
    CHECK(here.find("bin\n") != std::string::npos);
    CHECK(here.find("new\n") != std::string::npos);
    CHECK(here.find("no\n") != std::string::npos);
    CHECK_FALSE(fs::exists("/usr/local/new"));

    spec.id = "box-2";
    spec.dir = "/opt/../var/run/./deep/er";
    CHECK(w.sh(w.box(spec), "pwd; touch new") == "/run/deep/er\n");
    spec.id = "box-3";
    spec.dir = "/tmp/a/b";
    CHECK(w.sh(w.box(spec), "pwd; touch new") == "/tmp/a/b\n");
    spec.id = "box-4";
    spec.dir = "/";
    CHECK(w.sh(w.box(spec), "pwd; touch new || echo no") == "/\nno\n");
    for (const char* dir : {"/proc/x", "/dev/x", "/sys", "relative"}) {
        INFO(dir);
        spec.id = "box-5";
        spec.dir = dir;
        CHECK(errc_of([&] { w.box(spec); }) == ecisbx::errc::invalid_argument);
    }
}

TEST_CASE("bubblewrap: processes of the host can not be seen") {
    world w;
    auto box = w.box();
    auto pids = w.sh(box, "ls /proc | grep -c '^[0-9]'");
    CHECK(std::stoi(pids) <= 5);  // bwrap, its sleeper, sh, ls, grep
    CHECK(w.exec(box, shell("kill -0 " + std::to_string(::getpid()))).exit.code != 0);
    // pid 1 is bwrap, which ended processes are handed to.
    CHECK(w.sh(box, "cat /proc/1/comm") == "bwrap\n");
}

TEST_CASE("bubblewrap: the network is a loopback of its own") {
    world w;
    auto box = w.box();
    CHECK(w.sh(box, "ls /proc/self/net/dev >/dev/null; tail -n +3 /proc/net/dev | wc -l") == "1\n");
    CHECK(w.sh(box, "tail -n +2 /proc/net/route | wc -l") == "0\n");
    auto code = python(
        "import socket\n"
        "s = socket.socket(); s.bind((\"127.0.0.1\", 0)); s.listen()\n"
        "c = socket.create_connection(s.getsockname()); print(\"loopback\")\n"
        "try: socket.create_connection((\"192.0.2.1\", 80), 5)\n"
        "except OSError as e: print(e.errno)\n");
    CHECK(w.sh(box, code) == "loopback\n101\n");
}

TEST_CASE("bubblewrap: host_network shares the host's") {
    world w(ecisbx::server::bubblewrap().host_network());
    auto box = w.box();
    CHECK(w.sh(box, "readlink /proc/self/ns/net") ==
          fs::read_symlink("/proc/self/ns/net").string() + "\n");
    CHECK(w.notes_have("NOT isolated: the network"));
}

TEST_CASE("bubblewrap: two boxes share no file, no process and no abstract socket") {
    world w;
    auto one = w.box("one"), two = w.box("two");
    w.sh(one, "echo 1 > /tmp/mine; sleep 1000 >/dev/null 2>&1 &");
    CHECK(w.sh(two, "ls -A /tmp; pgrep sleep || echo none") == "none\n");
    CHECK(w.sh(one, "cat /tmp/mine; pgrep -c sleep") == "1\n1\n");
}

TEST_CASE("bubblewrap: host name, environment and limits of a process") {
    world w;
    auto spec = box_named("box-1");
    spec.hostname = "Sand-Box.example";
    spec.env = {{"FROM_BOX", "b"}, {"BOTH", "box"}, {"PATH", "/opt/own:/usr/bin:/bin"}};
    auto box = w.box(std::move(spec));
    auto p = shell("hostname; echo $FROM_BOX $BOTH $OWN $PATH; ulimit -c; umask");
    p.env = {{"BOTH", "process"}, {"OWN", "o"}};
    auto result = w.exec(box, std::move(p));
    CHECK(result.out == "Sand-Box.example\nb process o /opt/own:/usr/bin:/bin\n0\n0022\n");
    // Nothing of the server's own environment.
    auto env = w.exec(box, command({"env", "-0"})).out;
    ::setenv("ECISBX_TEST_SECRET", "do not show", 1);
    CHECK(env.find("ECISBX_TEST_SECRET") == std::string::npos);
    CHECK(std::count(env.begin(), env.end(), '\0') == 5);  // three, HOME, HOSTNAME
}

TEST_CASE("bubblewrap: nothing of the server is open in a process") {
    world w;
    auto box = w.box();
    // ls itself holds the folder.
    CHECK(w.sh(box, "ls /proc/self/fd | tr '\\n' ' '") == "0 1 2 3 ");
    CHECK(w.sh(box, "readlink /proc/self/fd/0") == "/dev/null\n");
    CHECK(w.sh(box, "echo again > /dev/stdout") == "again\n");
}

TEST_CASE(
    "bubblewrap: what becomes a process is a copy of the server until exec, and can not be read") {
    world w;
    auto box = w.box();
    auto code = std::string(R"(
import os
seen = leaks = 0
print("on", flush=True)
while not os.path.exists("/tmp/end"):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try: name = open("/proc/%s/comm" % pid).read()
        except OSError: continue
        if not name.startswith("ecisbx"): continue
        seen += 1
        for what in ("mem", "environ", "maps", "auxv"):
            try:
                with open("/proc/%s/%s" % (pid, what), "rb") as f: f.read(1)
                # Read as a copy of the server only if it still is one.
                if open("/proc/%s/comm" % pid).read().startswith("ecisbx"): leaks += 1
            except OSError: pass
        try:
            if b"unit" in open("/proc/%s/cmdline" % pid, "rb").read(): leaks += 1
        except OSError: pass
print("seen" if seen else "none seen", leaks)
)");
    auto spy = w.start(box, command({"/usr/bin/python3", "-c", code}));
    w.run(read_until(spy, "on\n"));
    for (int i = 0; i < 300; ++i) w.exec(box, command({"true"}));
    w.sh(box, "touch /tmp/end");
    auto end = w.run(collect(spy));
    INFO(end.err);
    CHECK(end.out == "seen 0\n");
}

TEST_CASE("bubblewrap: a given root file system") {
    if (!fs::exists("/usr/bin/busybox") && !fs::exists("/bin/busybox"))
        FAIL("the package busybox is missing");
    auto root = fs::temp_directory_path() / unique_mark();
    fs::create_directories(root / "bin");
    fs::create_directories(root / "data/deep");
    fs::create_directories(root / "var/lib/thing");
    fs::permissions(root, fs::perms(0755));
    std::ofstream(root / "data/file") << "content";
    fs::copy_file("/bin/busybox", root / "bin/busybox");
    fs::create_symlink("busybox", root / "bin/sh");
    fs::create_symlink("data", root / "link");
    {
        world w(ecisbx::server::bubblewrap().rootfs(root.string()));
        auto spec = box_named("box-1");
        spec.dir = "/link/deep/work";
        auto box = w.box(std::move(spec));
        CHECK(w.sh(box, "/bin/busybox ls -A /") ==
              ".pause\nbin\ndata\ndev\nhome\nlink\nmedia\nmnt\nproc\nroot\nrun\nsrv\ntmp\nvar\n");
        CHECK(w.sh(box,
                   "cat() { /bin/busybox cat $1; }; cat /data/file; pwd; echo 1 > new; "
                   "/bin/busybox ls /var/lib") == "content/data/deep/work\nthing\n");
        CHECK(w.exec(box, shell("echo 1 > /data/file")).exit.code != 0);
        CHECK(errc_of([&] { w.start(box, command({"/usr/bin/env"})); }) == ecisbx::errc::not_found);
    }
    CHECK_FALSE(fs::exists(root / "data/deep/work"));
    fs::remove_all(root);
    CHECK(errc_of([&] { world(ecisbx::server::bubblewrap().rootfs(root.string())); }) ==
          ecisbx::errc::invalid_argument);
}
