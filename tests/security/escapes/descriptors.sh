# What a process of a box was born with
python '
open_fds = sorted(int(n) for n in os.listdir("/proc/self/fd"))
expect("descriptors", "0,1,2" if open_fds[:3] == [0, 1, 2] and len(open_fds) <= 4 else str(open_fds), "0,1,2")
for fd in (0, 1, 2):
    name = os.readlink("/proc/self/fd/%d" % fd)
    expect("descriptor %d" % fd, name.split(":")[0], "pipe", "/dev/null")
expect("session", "own" if os.getsid(0) == os.getpid() or os.getsid(0) > 1 else "shared", "own")
expect("controlling terminal", attempt(os.open, "/dev/tty", os.O_RDWR), "ENXIO", "ENOENT", "EACCES")
for pid in (1, 2):
    for fd in ("3", "4", "5", "6", "7"):
        expect("descriptor %s of pid %d" % (fd, pid), attempt(os.open, "/proc/%d/fd/%s" % (pid, fd), os.O_RDONLY), "ENOENT", "EACCES", "EPERM", "ENXIO")
'
