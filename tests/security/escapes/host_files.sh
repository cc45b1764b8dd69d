# Files of the host and secrets of the server
# without isolation: escapes
for file in "$HOST_OPEN_FILE" "$STATE_DIR" "$STATE_DIR/ca.key"; do absent "$file"; done
[ -n "${UNISOLATED:-}" ] && exit 0
for folder in /root /home /srv /mnt /media /boot; do
    if [ -z "$(ls -A $folder 2>/dev/null | grep -v '^id$')" ]; then held "$folder"; else escaped "$folder has $(ls -A $folder | head -3)"; fi
done
absent /sys/kernel /lost+found /etc/ssh/ssh_host_rsa_key_copy /var/log /var/lib /var/run/secrets
for file in /etc/shadow /etc/gshadow /etc/ssh/ssh_host_ed25519_key /etc/sudoers /etc/ssl/private; do
    [ -e "$file" ] && refused "read $file" sh -c "cat $file || ls -A $file/* | grep ."
done
unwritable / /usr /usr/bin /etc /opt /var /home /dev /proc /etc/passwd /etc/ld.so.cache /usr/bin/env /bin/sh
refused "link of a host's file" ln /usr/bin/env /tmp/env
refused "mode of a host's file" chmod 777 /usr/bin/env
refused "times of a host's file" touch -c -d 2000-01-01 /usr/bin/env
refused "rename of a host's file" mv /usr/bin/env /usr/bin/env2
refused "write through a descriptor" sh -c 'exec 3</usr/bin/env; dd if=/dev/zero of=/proc/self/fd/3 bs=1 count=1 conv=notrunc'
refused "write through /proc/self/exe" sh -c 'dd if=/dev/zero of=/proc/1/exe bs=1 count=1 conv=notrunc'
