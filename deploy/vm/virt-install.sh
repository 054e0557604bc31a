#!/bin/sh
# Makes a target host under KVM from a cloud image of Debian.
#
#   virt-install.sh PUBLIC_KEY_FILE DEBIAN_CLOUD_IMAGE [NAME]
#
# The image is Debian 13's `genericcloud` for amd64, checked against its SHA512SUMS by you. It
# is copied, not changed. LAB_VM_MEMORY (MiB), LAB_VM_CPUS, LAB_VM_DISK (GiB) and
# LAB_VM_NETWORK (libvirt's name) may be set.
set -eu

if [ $# -lt 2 ] || [ $# -gt 3 ]; then
    echo 'usage: virt-install.sh PUBLIC_KEY_FILE DEBIAN_CLOUD_IMAGE [NAME]' >&2
    exit 64
fi
here=$(cd "$(dirname "$0")" && pwd)
key=$1
image=$2
name=${3:-lab}
images=/var/lib/libvirt/images
disk=$images/$name.qcow2

case $name in
    *[!a-z0-9-]* | -* | '')
        echo "virt-install.sh: a name has lower-case letters, digits and -, not '$name'" >&2
        exit 64
        ;;
esac
if [ -e "$disk" ]; then
    echo "virt-install.sh: $disk is there already; remove the old machine first" >&2
    exit 73
fi

data=$(mktemp)
trap 'rm -f "$data"' EXIT
"$here/user-data.sh" "$key" >"$data"

qemu-img convert -O qcow2 "$image" "$disk"
qemu-img resize "$disk" "${LAB_VM_DISK:-40}G"
# The domain is deploy/vm/domain.xml as virt-install writes it.
virt-install \
    --name "$name" \
    --memory "${LAB_VM_MEMORY:-4096}" \
    --vcpus "${LAB_VM_CPUS:-2}" \
    --cpu host-passthrough \
    --osinfo detect=on,name=linux2022 \
    --import \
    --disk "path=$disk,format=qcow2,bus=virtio,discard=unmap" \
    --network "network=${LAB_VM_NETWORK:-default},model=virtio" \
    --rng /dev/urandom \
    --graphics none \
    --console pty,target_type=serial \
    --cloud-init "user-data=$data" \
    --autostart \
    --noautoconsole

echo "The machine starts. Its address: virsh domifaddr $name"
