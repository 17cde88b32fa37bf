# Moves the data of the node onto an encrypted second disk that is opened at every boot. Runs inside the host.
set -euo pipefail
data=$(echo /opt/elasticsearch-*)/data
modprobe dm_crypt
umask 077
head -c 64 /dev/urandom >/etc/esdata.key
cryptsetup luksFormat --batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/ubdb /etc/esdata.key
cryptsetup open --key-file /etc/esdata.key /dev/ubdb esdata
mkfs.ext4 -q /dev/mapper/esdata
umask 022
mv "$data" "$data.plain"
mkdir "$data"
mount /dev/mapper/esdata "$data"
rmdir "$data/lost+found"
cp -a "$data.plain/." "$data"
rm -rf "$data.plain"
chown deploy:deploy "$data"
echo 'esdata /dev/ubdb /etc/esdata.key luks' >>/etc/crypttab
echo "/dev/mapper/esdata $data ext4 defaults 0 2" >>/etc/fstab
systemctl daemon-reload
systemctl -q enable elasticsearch
systemctl start --no-block elasticsearch
