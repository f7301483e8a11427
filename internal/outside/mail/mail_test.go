package mail_test

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/outbound"
	"linli/internal/notify"
	"linli/internal/outside/mail"
	"linli/internal/outside/mail/sim"
)

// A server inside is neither taken as an account nor reached by its name,
// unless the operator allows it.
func TestG16MailServerInside(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box := sim.New(sim.Options{Clock: clock.NewManual(time.Date(2026, 11, 22, 9, 0, 0, 0, clock.Shanghai())), Log: slog.New(slog.DiscardHandler)})
	go func() {
		if err := box.Serve(t.Context(), l); err != nil {
			t.Error(err)
		}
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	strange := mail.New(outbound.Guard{})
	account := func(host string) notify.Account {
		return notify.Account{Carrier: "mail", Host: host + ":" + port, Sender: "翠湖物业 <zd@cuihu.example>", Active: true}
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:7f00:1]", "0x7f.1", "169.254.169.254", "10.0.0.25"} {
		err := strange.Check(account(host))
		if f := fault.As(err); f == nil || f.Code != notify.ErrAccount.Code || !strings.Contains(f.Fields[0].Message, "LINLI_OUTBOUND_ALLOW") {
			t.Errorf("%s as an account: %v", host, err)
		}
		var no *notify.Refusal
		if host != "127.0.0.1" && host != "localhost" && host != "169.254.169.254" {
			continue // nobody is there, or the library does not write it so
		}
		if _, err := strange.Send(t.Context(), account(host), letter()); !errors.As(err, &no) || !no.Final || no.Code != "inside" {
			t.Errorf("%s as an account of before: %v", host, err)
		}
	}
	if err := strange.Check(notify.Account{Carrier: "mail", Host: "smtp.exmail.qq.com:465", Sender: "zd@cuihu.example"}); err != nil {
		t.Errorf("a server of the world: %v", err)
	}
	if n := len(box.Mails()); n != 0 {
		t.Errorf("the server inside has %d mails", n)
	}
	allowed, err := outbound.Parse("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if err := mail.New(allowed).Check(account("127.0.0.1")); err != nil {
		t.Errorf("allowed, as an account: %v", err)
	}
	if _, err := mail.New(allowed).Send(t.Context(), account("127.0.0.1"), letter()); err != nil {
		t.Errorf("allowed: %v", err)
	}
	if n := len(box.Mails()); n != 1 {
		t.Errorf("the allowed server has %d mails", n)
	}
}

func letter() notify.Letter {
	return notify.Letter{ID: 7, To: "wang@example.com", Name: "王秀英", Subject: "账单", Body: "十一月账单"}
}
