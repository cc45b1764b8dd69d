# Processes of the host and of other boxes, seen through /proc
# without isolation: escapes
count=$(ls /proc | grep -c '^[0-9]')
[ "$count" -le 12 ] && held "$count processes" || escaped "$count processes are seen"
python '
mine = os.environ["HOST_PROGRAM"].encode()
found = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    try: line = open("/proc/%s/cmdline" % pid, "rb").read()
    except OSError: continue
    if line.startswith(mine): found.append(pid)
expect("command line of the server", "seen" if found else "unseen", "unseen")
expect("kill -0 of the server", attempt(os.kill, int(os.environ["HOST_PID"]), 0), "ESRCH", "EPERM")
'
