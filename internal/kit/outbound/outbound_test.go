package outbound_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linli/internal/kit/outbound"
)

func TestG16AddressesInside(t *testing.T) {
	t.Parallel()
	var g outbound.Guard
	for _, a := range []string{"127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.5", "100.100.100.200", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"192.0.0.192", "198.18.0.1", "203.0.113.7", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:7f00:1", "::ffff:10.0.0.5", "::7f00:1", "fe80::1", "fe80::1%eth0", "fec0::1",
		"fd00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1", "2001:db8::1"} {
		if err := g.Check(netip.MustParseAddr(a)); !barred(err) {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, a := range []string{"1.1.1.1", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "223.5.5.5", "2400:3200::1", "64:ff9b::df05:505", "::ffff:223.5.5.5"} {
		if err := g.Check(netip.MustParseAddr(a)); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
}

func barred(err error) bool {
	var b *outbound.Barred
	return errors.As(err, &b)
}

func TestG16WhatTheOperatorAllows(t *testing.T) {
	t.Parallel()
	g, err := outbound.Parse(" 10.1.2.0/24, 127.0.0.1,fd00::/8,")
	if err != nil {
		t.Fatal(err)
	}
	for a, ok := range map[string]bool{"10.1.2.9": true, "::ffff:10.1.2.9": true, "10.1.3.9": false, "127.0.0.1": true, "127.0.0.2": false, "fd12::1": true, "fc00::1": false, "169.254.169.254": false} {
		if err := g.Check(netip.MustParseAddr(a)); (err == nil) != ok {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, bad := range []string{"0.0.0.0/0", "::/0", "mail.example.com", "10.0.0.0/33", "::ffff:10.0.0.0/104", "10.0.0"} {
		if _, err := outbound.Parse(bad); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestG16Spellings(t *testing.T) {
	t.Parallel()
	var g outbound.Guard
	for _, h := range []string{"127.0.0.1", "::1", "::ffff:7f00:1", "localhost", "LOCALHOST.", "a.localhost", "10.0.0.5", "0x7f.1", "0x7F000001", "2130706433", "127.1", "0177.0.0.1", "1.2.3.4.", "127.0.0.1."} {
		err := g.Named(h)
		if public := h == "1.2.3.4."; (err == nil) != public {
			t.Errorf("%s: %v", h, err)
		}
	}
	for _, h := range []string{"smtp.exmail.qq.com", "223.5.5.5", "mail.7.cn", "4399.com", "x0x7f.cn"} {
		if err := g.Named(h); err != nil {
			t.Errorf("%s: %v", h, err)
		}
	}
}

// inner is a server that nobody outside may reach, and counts who did.
func inner(t *testing.T) (at string, reached *atomic.Int32) {
	t.Helper()
	reached = &atomic.Int32{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(srv.Close)
	return srv.Listener.Addr().String(), reached
}

func TestG16NothingInsideIsReached(t *testing.T) {
	t.Parallel()
	at, reached := inner(t)
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.Guard{}.Resolving(asking(nameServer(t, [4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 1}))).Client(5 * time.Second)
	for _, host := range []string{"127.0.0.1", "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "localhost", "0x7f.1", "2130706433", "127.1", "inside.example.", "0.0.0.0", "[::]"} {
		res, err := get(t, client, "http://"+net.JoinHostPort(strings.Trim(host, "[]"), port)+"/")
		if err == nil {
			t.Errorf("%s answered %d", host, res)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the server inside was reached %d times", n)
	}
	var g outbound.Guard
	if c, err := g.Dial(t.Context(), "tcp", at); !barred(err) {
		t.Errorf("dialled %v, %v", c, err)
	}
	if c, err := g.DialTLS(t.Context(), "tcp", at); !barred(err) {
		t.Errorf("dialled %v, %v", c, err)
	}
}

func get(t *testing.T, c *http.Client, url string) (int, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	res, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// A server that may be reached sends on to one that may not: 127.0.0.2 is the
// network inside here, 127.0.0.1 what the operator has allowed.
func TestG16Redirects(t *testing.T) {
	t.Parallel()
	at, reached := inner(t)
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(http.RedirectHandler("http://127.0.0.2:"+port+"/", http.StatusTemporaryRedirect))
	t.Cleanup(front.Close)
	g, err := outbound.Parse("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	client := g.Client(5 * time.Second)
	if status, err := get(t, client, front.URL); err != nil || status != http.StatusTemporaryRedirect {
		t.Errorf("a redirect answered %d, %v", status, err)
	}
	client.CheckRedirect = nil // and if somebody followed it
	if _, err := get(t, client, front.URL); !barred(err) {
		t.Errorf("followed: %v", err)
	}
	if reached.Load() != 0 {
		t.Error("the server inside was reached")
	}
}

// A name that means an address outside when it is looked at, and one inside
// when it is used.
func TestG16Rebinding(t *testing.T) {
	t.Parallel()
	at, reached := inner(t)
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	names := nameServer(t, [4]byte{192, 0, 2, 1}, [4]byte{127, 0, 0, 1})
	resolver := asking(names)
	first, err := resolver.LookupNetIP(t.Context(), "ip4", "rebind.example.")
	if err != nil || len(first) != 1 || first[0].Unmap() != netip.MustParseAddr("192.0.2.1") {
		t.Fatalf("the first answer is %v, %v", first, err)
	}
	g := outbound.Guard{}.Resolving(resolver)
	if err := g.Named("rebind.example"); err != nil {
		t.Errorf("by its name: %v", err)
	}
	if _, err := get(t, g.Client(5*time.Second), "http://rebind.example.:"+port+"/"); !barred(err) {
		t.Errorf("rebound: %v", err)
	}
	if reached.Load() != 0 {
		t.Error("the server inside was reached")
	}
}

func asking(server string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", server)
	}}
}

// nameServer answers every question for an address of IPv4 with the first
// answer once, and with the second from then on.
func nameServer(t *testing.T, first, then [4]byte) string {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	go func() {
		in, asked := make([]byte, 512), 0
		for {
			n, from, err := l.ReadFrom(in)
			if err != nil {
				return // closed
			}
			out := answer(in[:n], first)
			if asked > 0 {
				out = answer(in[:n], then)
			}
			if question(in[:n]) == typeA {
				asked++
			}
			if _, err := l.WriteTo(out, from); err != nil {
				return
			}
		}
	}()
	return l.LocalAddr().String()
}

const typeA = 1

// end is where the name of the only question ends.
func end(q []byte) int {
	i := 12
	for i < len(q) && q[i] != 0 {
		i += int(q[i]) + 1
	}
	return i + 1
}

func question(q []byte) uint16 { return binary.BigEndian.Uint16(q[end(q):]) }

// answer is a reply to one question (RFC 1035, 4.1), empty for anything but A.
func answer(q []byte, a [4]byte) []byte {
	out := append([]byte{}, q[:end(q)+4]...)
	out[2], out[3] = 0x84, 0 // an answer, by the authority
	for i := 6; i < 12; i++ {
		out[i] = 0
	}
	if question(q) != typeA {
		return out
	}
	out[7] = 1
	return append(append(out, 0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4), a[:]...)
}
