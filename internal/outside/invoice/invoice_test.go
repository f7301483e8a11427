package invoice_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linli/internal/invoice"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/outbound"
	street "linli/internal/outside/invoice"
	"linli/internal/outside/invoice/sim"
)

// street and simulator share the page of the protocol, and no code.
func open(t *testing.T) (*street.Provider, *sim.Sim, invoice.Account) {
	t.Helper()
	now := clock.NewManual(time.Date(2026, 11, 21, 9, 0, 0, 0, clock.Shanghai()))
	s, err := sim.Open(sim.Options{Key: "key", Secret: "0123456789abcdef", Clock: now, Log: slog.New(slog.DiscardHandler), Path: t.TempDir() + "/books.json"})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(srv.Close)
	return street.New(now, here(t)), s, invoice.Account{Host: srv.URL, Key: "key", Secret: "0123456789abcdef"}
}

// here is a guard that lets this machine through.
func here(t *testing.T) outbound.Guard {
	t.Helper()
	g, err := outbound.Parse("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func request(number string) invoice.Request {
	return invoice.Request{Number: number, Attempt: 1, Seller: invoice.Party{Name: "安和物业服务有限公司", TaxNo: "91330106MA2CEXAM6D"}, Buyer: invoice.Party{Name: "林晓峰"},
		Lines: []invoice.RequestLine{{Name: "物业服务费", Code: "3040801010000000000", Short: "企业管理服务", Rate: 600, Net: 332_83, Tax: 19_97, Gross: 352_80}},
		Net:   332_83, Tax: 19_97, Gross: 352_80, Drawer: "钱敏"}
}

func red(number, of string) invoice.Request {
	r := request(number)
	r.Red, r.RedOf, r.Reason, r.Net, r.Tax, r.Gross = true, of, "开错", -r.Net, -r.Tax, -r.Gross
	l := r.Lines[0]
	l.Net, l.Tax, l.Gross = -l.Net, -l.Tax, -l.Gross
	r.Lines = []invoice.RequestLine{l}
	return r
}

func TestProtocol(t *testing.T) {
	t.Parallel()
	p, s, a := open(t)
	ctx := t.Context()
	if _, err := p.Query(ctx, a, "FP1"); !errors.Is(err, invoice.ErrNoRequest) {
		t.Errorf("a request nobody sent: %v", err)
	}
	got, err := p.Issue(ctx, a, request("FP1"))
	if err != nil || got.Fate != invoice.FateIssued || len(got.Number) != 20 || got.Number[:5] != "26120" {
		t.Fatalf("issued %+v, %v", got, err)
	}
	if again, err := p.Issue(ctx, a, request("FP1")); err != nil || again.Number != got.Number {
		t.Errorf("the same again %+v, %v", again, err)
	}
	other := request("FP1")
	other.Buyer.Name = "周文博"
	if again, err := p.Issue(ctx, a, other); err != nil || again.Fate != invoice.FateRefused || again.Code != "content_differs" {
		t.Errorf("other content %+v, %v", again, err)
	}
	paper, err := p.File(ctx, a, "FP1")
	if err != nil || paper.Ending != "pdf" || !bytes.Contains(paper.Body, []byte("%%EOF")) {
		t.Errorf("paper %v: %v", paper.Ending, err)
	}
	back, err := p.Issue(ctx, a, red("FP2", got.Number))
	if err != nil || back.Fate != invoice.FateIssued || back.Number == got.Number {
		t.Fatalf("red %+v, %v", back, err)
	}
	if twice, err := p.Issue(ctx, a, red("FP3", got.Number)); err != nil || twice.Code != "red_done" {
		t.Errorf("red twice %+v, %v", twice, err)
	}
	wrong := request("FP4")
	wrong.Tax, wrong.Net, wrong.Lines[0].Tax, wrong.Lines[0].Net = 19_98, 332_82, 19_98, 332_82
	if refused, err := p.Issue(ctx, a, wrong); err != nil || refused.Code != "line_wrong" || refused.Attempt != 1 {
		t.Errorf("a tax that is one fen off: %+v, %v", refused, err)
	}
	better := request("FP4")
	if late, err := p.Issue(ctx, a, wrong); err != nil || late.Fate != invoice.FateRefused {
		t.Errorf("a late copy of a refused attempt: %+v, %v", late, err)
	}
	better.Attempt = 2
	if mended, err := p.Issue(ctx, a, better); err != nil || mended.Fate != invoice.FateIssued {
		t.Errorf("mended: %+v, %v", mended, err)
	}
	s.Tell(sim.Orders{Pending: 1, NoFile: true})
	if waits, err := p.Issue(ctx, a, request("FP5")); err != nil || waits.Fate != invoice.FatePending {
		t.Errorf("pending %+v, %v", waits, err)
	}
	if done, err := p.Query(ctx, a, "FP5"); err != nil || done.Fate != invoice.FateIssued {
		t.Errorf("asked later %+v, %v", done, err)
	}
	if _, err := p.File(ctx, a, "FP5"); !errors.Is(err, invoice.ErrNoPaper) {
		t.Errorf("no paper: %v", err)
	}
	s.Tell(sim.Orders{Lose: 1})
	if _, err := p.Issue(ctx, a, request("FP6")); err == nil {
		t.Error("a lost answer is an outcome")
	}
	if found, err := p.Query(ctx, a, "FP6"); err != nil || found.Fate != invoice.FateIssued || len(s.Invoices()) != 5 {
		t.Errorf("lost answer %+v, %v, %d issued", found, err, len(s.Invoices()))
	}
	a.Secret = "fedcba9876543210"
	if _, err := p.Query(ctx, a, "FP1"); !errors.Is(err, invoice.ErrKeys) {
		t.Errorf("wrong secret: %v", err)
	}
}

// An answer that the provider did not sign is no answer.
func TestForgedAnswer(t *testing.T) {
	t.Parallel()
	p, _, a := open(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Linli-Signature", "00")
		io.WriteString(w, `{"request_no":"FP1","state":"issued","number":"26120000000000000001","issued_at":"2026-11-21T09:00:00+08:00"}`)
	}))
	defer srv.Close()
	a.Host = srv.URL
	if got, err := p.Issue(t.Context(), a, request("FP1")); err == nil || got.Number != "" {
		t.Errorf("believed %+v, %v", got, err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	p := street.New(clock.System{}, outbound.Guard{})
	good := invoice.Account{Host: "https://fp.example.cn", Key: "key", Secret: "0123456789abcdef"}
	if err := p.Check(good); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*invoice.Account){
		"no host": func(a *invoice.Account) { a.Host = "" }, "plain http": func(a *invoice.Account) { a.Host = "http://192.168.0.9" },
		"name instead of address": func(a *invoice.Account) { a.Host = "http://localhost.example.cn" }, "a path": func(a *invoice.Account) { a.Host += "/x" },
		"no key": func(a *invoice.Account) { a.Key = "" }, "short secret": func(a *invoice.Account) { a.Secret = "short" },
	} {
		a := good
		change(&a)
		if err := p.Check(a); fault.As(err) == nil {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// A provider inside is neither taken nor reached, unless the operator allows it.
func TestG16ProviderInside(t *testing.T) {
	t.Parallel()
	_, s, a := open(t)
	strange := street.New(clock.System{}, outbound.Guard{})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(a.Host, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{a.Host, "https://127.0.0.1:" + port, "https://localhost:" + port, "https://[::ffff:7f00:1]:" + port, "https://0x7f.1", "https://169.254.169.254", "https://192.168.0.9"} {
		a.Host = host
		if f := fault.As(strange.Check(a)); f == nil || f.Code != invoice.ErrSeller.Code || !strings.Contains(f.Fields[0].Message, "LINLI_OUTBOUND_ALLOW") {
			t.Errorf("%s: %v", host, f)
		}
	}
	a.Host = "http://localhost:" + port // a name, as one of before may be
	if _, err := strange.Issue(t.Context(), a, request("FP1")); !errors.Is(err, invoice.ErrBarred) {
		t.Errorf("issue: %v", err)
	}
	if n := len(s.Invoices()); n != 0 {
		t.Errorf("the provider inside has issued %d", n)
	}
}
