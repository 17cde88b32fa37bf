#!/bin/bash
# Gives a host with its own kernel its name, address and ssh host keys. The kernel's command line has lab.name, lab.ip,
# lab.gateway; the folder that the lab shares has the keys.
for word in $(cat /proc/cmdline); do
  case $word in
    lab.name=*) name=${word#*=} ;;
    lab.ip=*) address=${word#*=} ;;
    lab.gateway=*) gateway=${word#*=} ;;
  esac
done
mkdir -p /run/lab
mount -t hostfs -o /guest/share none /run/lab
echo "$name" >/proc/sys/kernel/hostname
echo "$name" >/etc/hostname
printf '127.0.0.1 localhost\n::1 localhost\n%s %s\n' "${address%/*}" "$name" >/etc/hosts
install -m 600 /run/lab/ssh_host_*_key /etc/ssh/
install -m 644 /run/lab/ssh_host_*_key.pub /etc/ssh/
ip link set lo up
ip addr add "$address" dev vec0
ip link set vec0 up
ip route add default via "$gateway"
