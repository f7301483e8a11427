package web_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

// Whose address counts: forwarded headers are believed from proxies only, and
// of what they say the stranger next to them.
func TestAddressBehindProxies(t *testing.T) {
	const near = "127.0.0.1/32, 10.0.0.0/8,fd00::/8"
	for name, c := range map[string]struct {
		proxies, peer string
		told          []string
		want          string
	}{
		"no proxy, no header":                {near, "203.0.113.9:4711", nil, "203.0.113.9"},
		"no setting":                         {"", "127.0.0.1:4711", []string{"198.51.100.7"}, "127.0.0.1"},
		"a stranger's header":                {near, "203.0.113.9:4711", []string{"198.51.100.7"}, "203.0.113.9"},
		"the proxy's header":                 {near, "127.0.0.1:4711", []string{"198.51.100.7"}, "198.51.100.7"},
		"the client lies before it":          {near, "127.0.0.1:4711", []string{"1.1.1.1, 198.51.100.7"}, "198.51.100.7"},
		"the client pretends to be a proxy":  {near, "127.0.0.1:4711", []string{"10.0.0.9, 198.51.100.7"}, "198.51.100.7"},
		"two proxies":                        {near, "127.0.0.1:4711", []string{"1.1.1.1, 198.51.100.7, 10.0.0.3"}, "198.51.100.7"},
		"in two headers":                     {near, "127.0.0.1:4711", []string{"1.1.1.1", "198.51.100.7,10.0.0.3"}, "198.51.100.7"},
		"a client inside":                    {near, "127.0.0.1:4711", []string{"10.0.0.8, 10.0.0.3"}, "10.0.0.8"},
		"a proxy that tells nothing":         {near, "127.0.0.1:4711", nil, "127.0.0.1"},
		"with a port":                        {near, "127.0.0.1:4711", []string{"198.51.100.7:5555"}, "198.51.100.7"},
		"version 6 with a port":              {near, "[fd00::1]:4711", []string{"[2001:db8::7]:5555"}, "2001:db8::7"},
		"version 6":                          {near, "[fd00::1]:4711", []string{"2001:db8::7"}, "2001:db8::7"},
		"version 4 inside version 6":         {near, "[::ffff:127.0.0.1]:4711", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		"no address":                         {near, "127.0.0.1:4711", []string{"198.51.100.7, unknown"}, "127.0.0.1"},
		"no address before a proxy":          {near, "127.0.0.1:4711", []string{"198.51.100.7, <b>, 10.0.0.3"}, "10.0.0.3"},
		"no address before a client":         {near, "127.0.0.1:4711", []string{"x\", 198.51.100.7"}, "198.51.100.7"},
		"an empty entry":                     {near, "127.0.0.1:4711", []string{"198.51.100.7,"}, "127.0.0.1"},
		"an address instead of a network":    {"127.0.0.1", "127.0.0.1:4711", []string{"198.51.100.7"}, "198.51.100.7"},
		"the neighbour of the proxy's":       {"127.0.0.1", "127.0.0.2:4711", []string{"198.51.100.7"}, "127.0.0.2"},
		"a network that is written sloppily": {"10.1.2.3/8", "10.9.9.9:4711", []string{"198.51.100.7"}, "198.51.100.7"},
		"a pipe instead of a peer":           {near, "@", []string{"198.51.100.7"}, "@"},
	} {
		p, err := web.ParseProxies(c.proxies)
		if err != nil {
			t.Fatal(name, err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = c.peer, c.told
		if got := p.Address(r); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestProxiesThatAreNone(t *testing.T) {
	for _, bad := range []string{"proxy", "10.0.0.0/33", "10.0.0.0/8;127.0.0.1", "0.0.0.0/0", "::/0", "127.0.0.1,0.0.0.0/0", "fe80::1%eth0", "::ffff:10.0.0.0/104"} {
		if p, err := web.ParseProxies(bad); err == nil {
			t.Errorf("%q is taken as %v", bad, p)
		}
	}
	for _, none := range []string{"", " ", ","} {
		if p, err := web.ParseProxies(none); err != nil || len(p) != 0 {
			t.Errorf("%q: %v, %v", none, p, err)
		}
	}
}

// The server hands what counts to its operations.
func TestServerBehindAProxy(t *testing.T) {
	proxies, err := web.ParseProxies("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		peer, proto string
		own         bool // TLS to this server
		want        string
	}{
		"from the proxy over TLS":       {"10.0.0.1:1", "https", false, "198.51.100.7 true"},
		"through two proxies":           {"10.0.0.1:1", "http, HTTPS", false, "198.51.100.7 true"},
		"from the proxy without":        {"10.0.0.1:1", "http", false, "198.51.100.7 false"},
		"the proxy does not say":        {"10.0.0.1:1", "", false, "198.51.100.7 false"},
		"the client said it before":     {"10.0.0.1:1", "https, http", false, "198.51.100.7 false"},
		"a stranger says it":            {"203.0.113.9:1", "https", false, "203.0.113.9 false"},
		"over TLS to the server itself": {"203.0.113.9:1", "", true, "203.0.113.9 true"},
	} {
		got := ""
		s := web.New(web.Deps{Log: slog.New(slog.DiscardHandler), Version: "test", Proxies: proxies})
		web.Handle(s, web.Op{ID: "who", Method: http.MethodGet, Path: "/who", Tag: "test", Public: true},
			func(ctx context.Context, who actor.Actor, _ *struct{}) (*struct{}, error) {
				got = who.Address + map[bool]string{true: " true", false: " false"}[web.OverTLS(ctx)]
				return &struct{}{}, nil
			})
		r := httptest.NewRequest(http.MethodGet, "/api/v1/who", strings.NewReader(""))
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", "198.51.100.7")
		if c.proto != "" {
			r.Header.Set("X-Forwarded-Proto", c.proto)
		}
		if c.own {
			r.TLS = &tls.ConnectionState{}
		}
		s.Handler().ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
