# The server's key in whatever a box can read
# without isolation: escapes
python '
key = os.environ.pop("KEY_BACKWARDS")[::-1].encode()
leaks = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline", "status", "maps", "comm"):
        try:
            if key in open("/proc/%s/%s" % (pid, name), "rb").read(): leaks.append("%s/%s" % (pid, name))
        except OSError: pass
tops = () if os.environ.get("UNISOLATED") else ("/run", "/tmp", "/dev/shm", "/root", "/.pause", "/etc/hosts")
for top in tops:
    for folder, _, files in os.walk(top):
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.isfile(path): continue
            try:
                if key in open(path, "rb").read(1 << 20): leaks.append(name)
            except OSError: pass
marked = os.environ["HOST_ENVIRONMENT"][::-1].encode()
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        if marked in open("/proc/%s/environ" % pid, "rb").read(): leaks.append(pid + "/environ")
    except OSError: pass
expect("key and environment of the server", ",".join(leaks) or "none", "none")
'
