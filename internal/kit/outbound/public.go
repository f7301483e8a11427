package outbound

import "net/netip"

// public reports whether the world reaches an address, by the registries of
// special addresses (RFC 6890 and what IANA added). Addresses that carry one of
// IPv4 inside are as public as that one.
func public(a netip.Addr) bool {
	if a.Is4() {
		return public4(a)
	}
	bytes := a.As16()
	at := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(bytes[i : i+4])) }
	switch {
	case within(a, "64:ff9b::/96"): // NAT64
		return public4(at(12))
	case within(a, "2002::/16"): // 6to4
		return public4(at(2))
	case !within(a, "2000::/3"): // the only block that is handed out
		return false
	}
	return !within(a, "2001::/23", "2001:db8::/32", "3fff::/20") // protocols (Teredo among them), documentation
}

func public4(a netip.Addr) bool {
	return !within(a, "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", // between carriers; Aliyun answers for its machines at 100.100.100.200
		"127.0.0.0/8", "169.254.0.0/16", // link-local; most clouds answer for their machines at 169.254.169.254
		"172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"224.0.0.0/4", "240.0.0.0/4")
}

func within(a netip.Addr, prefixes ...string) bool {
	for _, p := range prefixes {
		if netip.MustParsePrefix(p).Contains(a) {
			return true
		}
	}
	return false
}
