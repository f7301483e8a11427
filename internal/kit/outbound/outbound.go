// Package outbound is the way to hosts that users of the web pages name: a mail
// server, a provider of invoices. It looks at the address of every connection at
// the moment it is made, after names are resolved, and lets none reach this
// machine, its network, or the services that clouds answer at fixed addresses,
// but what the operator allows. Kit.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Guard decides which addresses may be reached. The zero value allows what the
// world can reach, and nothing else.
type Guard struct {
	allow    []netip.Prefix
	resolver *net.Resolver // nil is the machine's
}

// Barred is the error of a connection that was not made.
type Barred struct {
	Addr netip.Addr
}

func (b *Barred) Error() string { return b.Addr.String() + " is inside and not allowed" }

// Parse reads the networks and addresses that may be reached though they are
// inside, divided by commas. Error: one that cannot be read, or all addresses.
func Parse(list string) (Guard, error) {
	var g Guard
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
			return Guard{}, fmt.Errorf("%q 不是网段，应像 10.1.2.3 或 192.168.5.0/24", text)
		}
		if p.Bits() == 0 {
			return Guard{}, fmt.Errorf("%q 是所有地址，请只写要放行的服务器", text)
		}
		g.allow = append(g.allow, p.Masked())
	}
	return g, nil
}

// Resolving is the same guard with names resolved by r.
func (g Guard) Resolving(r *net.Resolver) Guard {
	g.resolver = r
	return g
}

// Dial connects to host:port. Error: *Barred.
func (g Guard) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return g.dialer().DialContext(ctx, network, address)
}

// DialTLS does the same and speaks TLS from the first byte.
func (g Guard) DialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	d := tls.Dialer{NetDialer: g.dialer()}
	return d.DialContext(ctx, network, address)
}

func (g Guard) dialer() *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, ControlContext: g.control, Resolver: g.resolver}
}

// control runs with the address that the kernel is about to connect to, so that
// neither the spelling of a host nor what its name meant a moment ago counts.
func (g Guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return fmt.Errorf("connect to %s %s: not an address of TCP", network, address)
	}
	return g.Check(at.Addr())
}

// Check refuses an address that is inside and not allowed. Error: *Barred.
func (g Guard) Check(a netip.Addr) error {
	bare := a.Unmap().WithZone("")
	if slices.ContainsFunc(g.allow, func(p netip.Prefix) bool { return p.Contains(bare) }) || public(bare) {
		return nil
	}
	return &Barred{Addr: a}
}

// Named refuses, before anything is connected, a host that is spelled as an
// address inside, or as one in a way that only some machines understand. Names
// are left to the moment of connecting. Error: *Barred, or ErrSpelling.
func (g Guard) Named(host string) error {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if a, err := netip.ParseAddr(host); err == nil {
		return g.Check(a)
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return g.Check(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	}
	if last := host[strings.LastIndexByte(host, '.')+1:]; numeric(last) {
		return ErrSpelling
	}
	return nil
}

// ErrSpelling is a host like 0x7f.1 or 2130706433. No name in the world ends in
// a number.
var ErrSpelling = errors.New("an address is written as four numbers up to 255, or as IPv6")

// numeric is a label that some resolvers read as a number.
func numeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return label == "" || strings.Trim(label, "0123456789") == ""
}

// Straight makes requests to hosts that the operator names, by the proxy that he
// has set. It follows no redirects: those would lead where he did not point.
func Straight(patience time.Duration) *http.Client {
	return &http.Client{Timeout: patience, CheckRedirect: stay}
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Client makes requests through the guard. It follows no redirects and asks no
// proxy, which would connect in its stead.
func (g Guard) Client(patience time.Duration) *http.Client {
	return &http.Client{Timeout: patience, CheckRedirect: stay,
		Transport: &http.Transport{DialContext: g.Dial, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: time.Minute, MaxIdleConns: 16}}
}
