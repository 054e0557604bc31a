#!/bin/sh
# Prints the cloud-init user data of a target host, for one public key.
#
#   user-data.sh ~/.ssh/lab_deploy.pub >user-data.yaml
#
# The files beside this one go into it as they are. Nothing in it is secret.
set -eu

if [ $# -ne 1 ]; then
    echo 'usage: user-data.sh PUBLIC_KEY_FILE' >&2
    exit 64
fi
here=$(cd "$(dirname "$0")" && pwd)
key=$(head -n 1 -- "$1")
# A private key or a key of another kind must not get in here.
case $key in
    'ssh-ed25519 '* | 'sk-ssh-ed25519@openssh.com '*) ;;
    *)
        echo "user-data.sh: $1 is no ED25519 public key" >&2
        exit 65
        ;;
esac
if ! ssh-keygen -l -f "$1" >/dev/null 2>&1; then
    echo "user-data.sh: ssh-keygen cannot read $1" >&2
    exit 65
fi

# A file of this folder, as an entry of `write_files`.
entry() {
    printf '  - path: %s\n    owner: root:root\n    permissions: "0644"\n    content: |\n' "$2"
    sed 's/^./      &/' "$here/$1"
}

cat <<DATA
#cloud-config
# Made by deploy/vm/user-data.sh.
hostname: lab
timezone: Etc/UTC

# Nobody but this user; no password anywhere.
users:
  - name: deploy
    gecos: Deployments
    shell: /bin/bash
    lock_passwd: true
    ssh_authorized_keys:
      - '$(printf %s "$key" | sed "s/'/''/g")'
disable_root: true
ssh_pwauth: false
ssh_deletekeys: true
ssh_genkeytypes: [ed25519]

package_update: true
package_upgrade: true
package_reboot_if_required: true
packages:
  # In Debian 13 this is compose 2; in Debian 12 it is the old program.
  - docker.io
  - docker-cli
  - docker-compose
  - docker-buildx
  - rsync
  - nftables
  - fail2ban
  - python3-systemd
  - unattended-upgrades
  - systemd-timesyncd

write_files:
  - path: /etc/apt/apt.conf.d/52lab-upgrades
    owner: root:root
    permissions: "0644"
    content: |
      APT::Periodic::Update-Package-Lists "1";
      APT::Periodic::Unattended-Upgrade "1";
      Unattended-Upgrade::Remove-Unused-Dependencies "true";
      Unattended-Upgrade::Automatic-Reboot "true";
      Unattended-Upgrade::Automatic-Reboot-Time "03:30";
$(entry sshd.conf /etc/ssh/sshd_config.d/10-lab.conf)
$(entry journald.conf /etc/systemd/journald.conf.d/10-lab.conf)
$(entry fail2ban.conf /etc/fail2ban/jail.d/10-lab.conf)
$(entry daemon.json /etc/docker/daemon.json)
$(entry nftables.conf /etc/nftables.conf)
$(entry nftables.service.conf /etc/systemd/system/nftables.service.d/10-lab.conf)

runcmd:
  # The packet filter first: nothing listens to the world before it is there.
  - [systemctl, daemon-reload]
  - [systemctl, enable, --now, nftables]
  - [install, -d, -o, deploy, -g, deploy, -m, "0755", /srv/lab]
  - [systemctl, restart, systemd-journald]
  # Who may use the engine is root in all but name.
  - [usermod, --append, --groups, docker, deploy]
  - [systemctl, enable, docker]
  - [systemctl, restart, docker]
  - [systemctl, enable, fail2ban]
  - [systemctl, restart, fail2ban]
  - [systemctl, restart, ssh]
DATA
