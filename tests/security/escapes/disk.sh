# Filling every place that can be written
for place in /tmp /var/tmp /run /root /dev/shm; do
    size=$(stat -f -c '%b %S' $place | awk '{ print $1 * $2 }')
    [ "$size" -le $((BOX_MEMORY / 2)) ] && held "$place has $size bytes" || escaped "$place has $size bytes"
done
dd if=/dev/zero of=/run/big bs=1M 2>/tmp/why
grep -q 'No space left' /tmp/why && held "/run is full at its size" || escaped "/run: $(cat /tmp/why)"
rm -f /run/big
dd if=/dev/zero of=/run/again bs=1M count=1 2>/dev/null && held "there is room again" || escaped "no room after what was there is gone"
rm -f /run/again
