package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of the reverse proxies in front of the server. What
// X-Forwarded-For and X-Forwarded-Proto say is believed from these peers only;
// without any, from nobody.
type Proxies []netip.Prefix

// ParseProxies reads networks or addresses, divided by commas. Error: one that
// cannot be read, or a network of everybody, whose members could say they are
// anybody.
func ParseProxies(list string) (Proxies, error) {
	var out Proxies
	for text := range strings.SplitSeq(list, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if a, bad := netip.ParseAddr(text); err != nil && bad == nil && a.Zone() == "" {
			a = a.Unmap()
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil || p.Addr().Is4In6() {
			return nil, fmt.Errorf("%q 不是网段，应像 127.0.0.1/32 或 10.0.0.0/8", text)
		}
		if p.Bits() == 0 {
			return nil, fmt.Errorf("%q 是所有地址，这样谁都能冒充别人，请只写反向代理的地址", text)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (p Proxies) contain(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// peer is the other end of the connection, and whether it is a proxy.
func (p Proxies) peer(r *http.Request) (a netip.Addr, host string, proxy bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err = netip.ParseAddr(host)
	a = a.Unmap().WithZone("")
	return a, host, err == nil && p.contain(a)
}

// Address is the network address of the client, without port: the peer's, or,
// when that is a proxy, the nearest in X-Forwarded-For that is none. Each proxy
// adds to the end whom it has seen, so what stands before the first stranger is
// only what he says. Behind an entry that is no address nobody is believed.
func (p Proxies) Address(r *http.Request) string {
	at, host, proxy := p.peer(r)
	if !proxy {
		return host
	}
	told := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(told) {
		next, ok := forwarded(text)
		if !ok {
			break
		}
		if at = next; !p.contain(at) {
			break
		}
	}
	return at.String()
}

// forwarded reads one entry; some proxies write the port, too.
func forwarded(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	a, err := netip.ParseAddr(text)
	if err != nil {
		var with netip.AddrPort
		if with, err = netip.ParseAddrPort(text); err == nil {
			a = with.Addr()
		}
	}
	return a.Unmap().WithZone(""), err == nil
}

// tls tells whether the client speaks TLS: to this server, or to the proxy.
func (p Proxies) tls(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	if _, _, proxy := p.peer(r); !proxy {
		return false
	}
	told := strings.Split(strings.Join(r.Header.Values("X-Forwarded-Proto"), ","), ",")
	return strings.EqualFold(strings.TrimSpace(told[len(told)-1]), "https")
}

type tlsKey struct{}

// OverTLS tells whether the client of a request of the API speaks TLS.
func OverTLS(ctx context.Context) bool {
	yes, _ := ctx.Value(tlsKey{}).(bool)
	return yes
}
