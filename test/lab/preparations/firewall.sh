# Everything incoming is dropped except ssh, and port 9200 for the one machine that needs it.
cat >"$ROOT/etc/nftables.conf" <<END
#!/usr/sbin/nft -f

flush ruleset

table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    ct state established,related accept
    meta l4proto { icmp, ipv6-icmp } accept
    tcp dport 22 accept
    ip saddr $GATEWAY tcp dport 9200 accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
  }
  chain output {
    type filter hook output priority filter; policy accept;
  }
}
END
mkdir -p "$ROOT/etc/systemd/system/sysinit.target.wants"
ln -s /lib/systemd/system/nftables.service "$ROOT/etc/systemd/system/sysinit.target.wants/nftables.service"
