# System calls that reach around namespaces
python '
import platform
if platform.machine() != "x86_64": sys.exit(3)
for name, number in (("add_key", 248), ("request_key", 249), ("keyctl", 250), ("bpf", 321),
                     ("perf_event_open", 298), ("userfaultfd", 323), ("open_by_handle_at", 304),
                     ("kexec_load", 246), ("kexec_file_load", 320), ("init_module", 175),
                     ("finit_module", 313), ("delete_module", 176), ("swapon", 167), ("swapoff", 168),
                     ("reboot", 169), ("settimeofday", 164), ("clock_settime", 227),
                     ("clock_adjtime", 305), ("adjtimex", 159), ("quotactl", 179), ("acct", 163),
                     ("syslog", 103), ("iopl", 172), ("ioperm", 173), ("vhangup", 153),
                     ("move_pages", 279), ("migrate_pages", 256), ("fanotify_init", 300),
                     ("sethostname", 170), ("setdomainname", 171), ("lookup_dcookie", 212)):
    expect(name, call(number, 0, 0, 0, 0, 0), "EPERM")
for name, number in (("io_uring_setup", 425), ("io_uring_enter", 426), ("io_uring_register", 427)):
    expect(name, call(number, 1, 0, 0, 0, 0), "ENOSYS")
expect("personality without randomness", call(135, 0x0040000), "EPERM")
expect("personality that makes all memory executable", call(135, 0x0400000), "EPERM")
expect("typing into a terminal", call(16, 0, 0x5412, b"x"), "EPERM")
expect("typing into a terminal, high bits", call(16, 0, (1 << 32) | 0x5412, b"x"), "EPERM")
expect("console selection", call(16, 0, 0x541C, b"x"), "EPERM")
# Other ways to number the same calls.
def dies(f):
    pid = os.fork()
    if pid == 0:
        f()
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    return "SIGSYS" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS else "status %d" % status
expect("mount by x32", dies(lambda: call(0x40000000 | 165, b"none", b"/mnt", b"tmpfs", 0, 0)), "SIGSYS")
def by_int_80():
    import mmap
    code = mmap.mmap(-1, 4096, prot=7)
    code.write(bytes.fromhex("b815000000cd80c3"))  # mov eax, 21 (mount); int 0x80; ret
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
expect("mount by int 0x80", dies(by_int_80), "SIGSYS")
'
