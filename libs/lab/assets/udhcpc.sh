#!/bin/sh
# What a lab instance does with an IPv4 lease: address, routes, MTU, DNS. Called by udhcpc with the event in $1 and the options
# in the environment. WEFT_NETNS names the instance's namespace, WEFT_LEASE_DIR the place to write the leased address to.
set -u
event=$1
lease_file="$WEFT_LEASE_DIR/$interface.ipv4"

forget() {
  ip -4 address flush dev "$interface" scope global
  ip -4 route flush dev "$interface"
  rm -f "$lease_file"
}

case "$event" in
  deconfig)
    ip link set "$interface" up
    forget
    ;;
  bound | renew)
    if [ "$event" = bound ]; then forget; fi
    if [ -n "${mtu:-}" ]; then ip link set "$interface" mtu "$mtu"; fi
    ip address replace "$ip/${mask:-32}" broadcast + dev "$interface"
    if [ -n "${staticroutes:-}" ]; then
      # RFC 3442: a client that gets classless static routes must ignore the router option.
      set -- $staticroutes
      while [ $# -ge 2 ]; do
        if [ "$2" = 0.0.0.0 ]; then
          ip route replace "$1" dev "$interface"
        else
          ip route replace "$1" via "$2" dev "$interface" onlink
        fi
        shift 2
      done
    else
      for gateway in ${router:-}; do
        ip route replace default via "$gateway" dev "$interface" onlink
        break
      done
    fi
    # In place, never by rename: the file is bind-mounted over /etc/resolv.conf of everything that runs in the instance.
    {
      if [ -n "${search:-${domain:-}}" ]; then echo "search ${search:-$domain}"; fi
      for server in ${dns:-}; do echo "nameserver $server"; done
    } > "/etc/netns/$WEFT_NETNS/resolv.conf"
    printf '%s/%s\n' "$ip" "${mask:-32}" > "$lease_file.new"
    mv "$lease_file.new" "$lease_file"
    ;;
esac
