# Control groups: leaving them, or changing their limits
absent /sys/fs/cgroup /sys/kernel /sys/devices
refused "mount of control groups" mount -t cgroup none /mnt
python '
places = {line.rstrip("\n").split(":", 2)[2] for line in open("/proc/self/cgroup")}
expect("path of the own group", "hidden" if places == {"/"} else ",".join(sorted(places)), "hidden")
mounts = [line for line in open("/proc/self/mountinfo") if " cgroup" in line]
expect("mounted control groups", "some" if mounts else "none", "none")
'
