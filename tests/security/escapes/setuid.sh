# Programs that change the user
cp /usr/bin/id /tmp/id && chmod 6755 /tmp/id
[ "$(/tmp/id -u)" = 0 ] && [ "$(/tmp/id -ru)" = "$(/tmp/id -u)" ] && held "an own setuid program" || escaped "an own setuid program"
for program in /usr/bin/su /usr/bin/mount /usr/bin/umount /usr/bin/passwd /usr/bin/chsh /usr/bin/newgrp; do
    if [ -u "$program" ]; then
        grep -q 'NoNewPrivs:.1' /proc/self/status && held "$program gives nothing new" || escaped "$program"
    fi
done
refused "su to nobody" su -s /bin/sh nobody -c true
# On the host that file would be one of a stranger's: it must not be there.
[ -n "$(awk '$5 == "/tmp" && $6 ~ /nosuid/' /proc/self/mountinfo)" ] && held "/tmp is nosuid" || escaped "/tmp is not nosuid"
for place in /tmp /var/tmp /run /root /dev/shm /usr /etc; do
    awk -v p="$place" '$5 == p' /proc/self/mountinfo | grep -q nodev && held "$place is nodev" || escaped "$place is not nodev"
done
