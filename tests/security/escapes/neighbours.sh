# Another box: its files, processes and shared memory
# without isolation: escapes
python '
seen = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        if os.environ["NEIGHBOUR_MARK"][::-1].encode() in open("/proc/%s/cmdline" % pid, "rb").read(): seen.append(pid)
    except OSError: pass
expect("processes of the other box", ",".join(seen) or "none", "none")
'
[ -n "${UNISOLATED:-}" ] && exit 0
for place in /tmp /var/tmp /run /root /dev/shm /vol; do absent $place/neighbour; done
[ "$(tail -n +2 /proc/sysvipc/shm | wc -l)" = 0 ] && held "shared memory" || escaped "shared memory"
[ "$(tail -n +2 /proc/sysvipc/msg | wc -l)" = 0 ] && held "message queues" || escaped "message queues"
[ "$(cat /proc/sys/kernel/hostname)" != "$NEIGHBOUR_ID" ] && held "host name" || escaped "host name"
