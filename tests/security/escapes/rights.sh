# Users, capabilities and limits
python '
expect("capset", call(126, ctypes.byref((ctypes.c_uint * 2)(0x20080522, 0)), ctypes.byref((ctypes.c_uint * 6)(*[0xffffffff] * 6))), "EPERM")
for number, what in ((105, "setuid"), (106, "setgid")):
    for user in (1, 1000, 65534): expect("%s %d" % (what, user), call(number, user), "EINVAL", "EPERM")
expect("setgroups", call(116, 1, ctypes.byref((ctypes.c_uint * 1)(42))), "EPERM", "EINVAL")
expect("securebits", call(157, 28, 0), "EPERM")
expect("no_new_privs off", call(157, 38, 0, 0, 0, 0), "EINVAL")
expect("ambient capability", call(157, 47, 2, 21, 0, 0), "EPERM", "EINVAL")
expect("real time", attempt(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1)), "EPERM")
expect("a better priority", attempt(os.setpriority, 0, 0, -20), "EPERM", "EACCES")
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
try: resource.setrlimit(resource.RLIMIT_NOFILE, (hard + 1, hard + 1)); got = "ok"
except (ValueError, OSError): got = "EPERM"
expect("more descriptors", got, "EPERM")
try: resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20)); got = "ok"
except (ValueError, OSError): got = "EPERM"
expect("core files", got, "EPERM")
'
refused "last to be killed for memory" sh -c 'echo -1000 > /proc/self/oom_score_adj'
refused "chown to another user" sh -c 'touch /tmp/c && chown 1000 /tmp/c'
refused "file capabilities" /usr/bin/python3 -c 'import os; open("/tmp/f", "w"); os.setxattr("/tmp/f", "security.capability", bytes(20))'
