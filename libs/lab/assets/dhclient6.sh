#!/bin/sh
# What a lab instance does with a DHCPv6 lease. Called by dhclient -6 with the event in $reason and the lease in the environment.
set -u
lease_file="$WEFT_LEASE_DIR/$interface.ipv6"

case "$reason" in
  PREINIT6)
    ip link set "$interface" up
    # A request leaves from the link-local address: wait until duplicate address detection has cleared it.
    tries=0
    while [ -z "$(ip -6 -o address show dev "$interface" scope link -tentative)" ] && [ $tries -lt 30 ]; do
      tries=$((tries + 1))
      sleep 0.1
    done
    ;;
  BOUND6 | RENEW6 | REBIND6)
    # Addresses of a stateful server are /128 on the interface; the router's advertisement tells what is on the link.
    ip -6 address replace "$new_ip6_address/128" dev "$interface"
    printf '%s/%s\n' "$new_ip6_address" "${new_ip6_prefixlen:-128}" > "$lease_file.new"
    mv "$lease_file.new" "$lease_file"
    ;;
  EXPIRE6 | RELEASE6 | STOP6)
    if [ -n "${old_ip6_address:-}" ]; then ip -6 address delete "$old_ip6_address/128" dev "$interface"; fi
    rm -f "$lease_file"
    ;;
esac
exit 0
