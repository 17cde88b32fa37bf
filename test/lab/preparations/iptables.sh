# The administrator's rules: closed by default, with two doors too many, a ban and an address translation.
for family in 4 6; do
  case $family in
    4) icmp='-p icmp' ban='-A INPUT -s 192.0.2.66/32 -j DROP' ;;
    6) icmp='-p ipv6-icmp' ban='-A INPUT -s 2001:db8:66::/48 -j DROP' ;;
  esac
  cat >"$ROOT/etc/iptables/rules.v$family" <<END
# the administrator's own rules
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT $icmp -j ACCEPT
$ban
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m multiport --dports 443,9200 -j ACCEPT
-A INPUT -p udp -m udp --dport 123 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 443
COMMIT
END
done
chroot "$ROOT" systemctl -q enable netfilter-persistent
