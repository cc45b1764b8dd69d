# Device files
for node in 'c 1 1' 'c 1 2' 'c 10 200' 'c 10 232' 'b 8 0' 'b 254 0' 'c 5 1'; do
    refused "mknod $node" mknod /tmp/node $node
done
absent /dev/mem /dev/kmem /dev/port /dev/kmsg /dev/sda /dev/vda /dev/nvme0n1 /dev/dm-0 /dev/kvm /dev/fuse \
    /dev/net /dev/mapper /dev/loop-control /dev/loop0 /dev/vsock /dev/vhost-vsock /dev/uinput /dev/input \
    /dev/snd /dev/dri /dev/tty0 /dev/ttyS0 /dev/hwrng /dev/rtc0 /dev/cpu /dev/userfaultfd /dev/bus
others=$(ls -A /dev | grep -vxE 'console|core|fd|full|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero')
[ -z "$others" ] && held "nothing else in /dev" || escaped "in /dev: $others"
[ -z "$(ls -A /dev/pts | grep -vx ptmx)" ] && held "terminals of the host" || escaped "terminals of the host"
unwritable /dev
