# The host's root through magic links
for link in /proc/1/root /proc/1/cwd /proc/self/root /proc/self/cwd/../../../.. /proc/2/root /proc/thread-self/root; do
    if [ -e "$link/$HOST_OPEN_FILE" ]; then escaped "$link"; else held "$link"; fi
done
for pid in 1 2; do
    refused "/proc/$pid/mem" dd if=/proc/$pid/mem of=/dev/null bs=1 count=1
done
refused "/proc/$HOST_PID/root" ls "/proc/$HOST_PID/root/"
refused "/proc/$HOST_PID/environ" cat "/proc/$HOST_PID/environ"
refused "map_files of pid 1" cat /proc/1/map_files/*
