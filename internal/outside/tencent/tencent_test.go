package tencent_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/notify"
	"linli/internal/outside/tencent"
	"linli/internal/outside/tencent/sim"
)

// The example that Tencent's manual of the signature works out, and a request
// of ours worked out here step by step from its literal text.
func TestSignatureIsThePublishedOne(t *testing.T) {
	sum := func(s string) string {
		d := sha256.Sum256([]byte(s))
		return hex.EncodeToString(d[:])
	}
	step := func(key, text string) string {
		m := hmac.New(sha256.New, []byte(key))
		m.Write([]byte(text))
		return string(m.Sum(nil))
	}
	ours := `{"PhoneNumberSet":["+8613805715678"]}`
	text := "TC3-HMAC-SHA256\n1795276800\n2026-11-21/sms/tc3_request\n" +
		sum("POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:sms.tencentcloudapi.com\nx-tc-action:sendsms\n\ncontent-type;host;x-tc-action\n"+sum(ours))
	signed := hex.EncodeToString([]byte(step(step(step(step("TC3sim-secret", "2026-11-21"), "sms"), "tc3_request"), text)))
	for _, c := range []struct {
		name, service, action, id, secret, body, day, want string
		at                                                 int64
	}{
		{"manual", "cvm", "DescribeInstances", "AKID" + strings.Repeat("*", 32), strings.Repeat("*", 32),
			`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`, "2019-02-25",
			"10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f", 1551113065},
		{"ours", "sms", "SendSms", "AKIDsimulator", "sim-secret", ours, "2026-11-21", signed, 1795276800},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+c.service+".tencentcloudapi.com/", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		r.Header.Set("X-TC-Action", c.action)
		tencent.Sign(r, []byte(c.body), c.service, c.id, c.secret, time.Unix(c.at, 0))
		want := "TC3-HMAC-SHA256 Credential=" + c.id + "/" + c.day + "/" + c.service + "/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=" + c.want
		if got := r.Header.Get("Authorization"); got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

func street(t *testing.T) (*tencent.Carrier, *sim.Sim, *clock.Manual) {
	t.Helper()
	now := clock.NewManual(time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC))
	s := sim.New(sim.Options{ID: "AKIDsimulator", Secret: "sim-secret", App: "1400006666", Sign: "翠湖物业", Clock: now, Log: slog.New(slog.DiscardHandler),
		Templates: map[string]string{"2100001": "{1} {2} 的账单已出，应缴 {3} 元，请在 {4} 前缴纳。"}})
	at := httptest.NewServer(s.Handler())
	t.Cleanup(at.Close)
	c, err := tencent.New(tencent.Deps{Host: at.URL, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	return c, s, now
}

func account() notify.Account {
	return notify.Account{Carrier: "tencent", App: "1400006666", Login: "AKIDsimulator", Secret: "sim-secret", Sender: "翠湖物业", Active: true}
}

func letter() notify.Letter {
	return notify.Letter{ID: 77, Day: "20261122", To: "13805715678", Code: "2100001", Row: []string{"1栋102", "2026-11", "250.60", "2026-11-30"}}
}

func TestMessageIsTakenAndReported(t *testing.T) {
	c, s, now := street(t)
	for i, failure := range []string{"", "MK:0001"} {
		s.Tell(sim.Orders{Receipt: failure})
		reference, err := c.Send(t.Context(), account(), letter())
		if err != nil {
			t.Fatal(err)
		}
		m := s.Messages()[i]
		if m.Phone != "+8613805715678" || m.Text != "【翠湖物业】1栋102 2026-11 的账单已出，应缴 250.60 元，请在 2026-11-30 前缴纳。" || m.Session != letter().ID.String() || m.Serial != reference {
			t.Errorf("message %+v, reference %s", m, reference)
		}
		got, err := c.Receipt(t.Context(), account(), letter(), reference)
		if err != nil || got.Fate != notify.Pending {
			t.Errorf("at once: %+v, %v", got, err)
		}
		now.Advance(31 * time.Second)
		got, err = c.Receipt(t.Context(), account(), letter(), reference)
		want := notify.Receipt{Fate: notify.Arrived, Code: "DELIVRD"}
		if failure != "" {
			want = notify.Receipt{Fate: notify.Lost, Code: failure, Text: "运营商没有送达（MK:0001）"}
		}
		if err != nil || got != want {
			t.Errorf("later: %+v, %v, want %+v", got, err, want)
		}
	}
	if got, err := c.Receipt(t.Context(), account(), letter(), "5000:1"); err != nil || got.Fate != notify.Pending {
		t.Errorf("a reference nobody gave: %+v, %v", got, err)
	}
}

func TestRefusalsSayWhetherWaitingOrAnotherCarrierHelps(t *testing.T) {
	for _, c := range []struct {
		code          string
		final, number bool
		turn          func(*notify.Account, *notify.Letter, *sim.Sim)
	}{
		{"AuthFailure.SignatureFailure", true, false, func(a *notify.Account, _ *notify.Letter, _ *sim.Sim) { a.Secret = "another" }},
		{"AuthFailure.SecretIdNotFound", true, false, func(a *notify.Account, _ *notify.Letter, _ *sim.Sim) { a.Login = "AKIDanother" }},
		{"UnauthorizedOperation.SmsSdkAppIdVerifyFail", true, false, func(a *notify.Account, _ *notify.Letter, _ *sim.Sim) { a.App = "1400000000" }},
		{"FailedOperation.SignatureIncorrectOrUnapproved", true, false, func(a *notify.Account, _ *notify.Letter, _ *sim.Sim) { a.Sender = "别家物业" }},
		{"template", true, false, func(_ *notify.Account, l *notify.Letter, _ *sim.Sim) { l.Code = "" }},
		{"FailedOperation.TemplateUnapprovedOrNotExist", true, false, func(_ *notify.Account, l *notify.Letter, _ *sim.Sim) { l.Code = "1" }},
		{"FailedOperation.TemplateParamSetNotMatchApprovedTemplate", true, false, func(_ *notify.Account, l *notify.Letter, _ *sim.Sim) { l.Row = l.Row[1:] }},
		{"InvalidParameterValue.IncorrectPhoneNumber", true, true, func(_ *notify.Account, l *notify.Letter, _ *sim.Sim) { l.To = "0571" }},
		{"FailedOperation.PhoneNumberInBlacklist", true, true, func(_ *notify.Account, _ *notify.Letter, s *sim.Sim) {
			s.Tell(sim.Orders{Code: "FailedOperation.PhoneNumberInBlacklist"})
		}},
		{"FailedOperation.InsufficientBalanceInSmsPackage", true, false, func(_ *notify.Account, _ *notify.Letter, s *sim.Sim) {
			s.Tell(sim.Orders{Code: "FailedOperation.InsufficientBalanceInSmsPackage"})
		}},
		{"InternalError.Timeout", false, false, func(_ *notify.Account, _ *notify.Letter, s *sim.Sim) {
			s.Tell(sim.Orders{Error: "InternalError.Timeout"})
		}},
	} {
		client, s, _ := street(t)
		a, l := account(), letter()
		c.turn(&a, &l, s)
		_, err := client.Send(t.Context(), a, l)
		var r *notify.Refusal
		if !errors.As(err, &r) || r.Code != c.code || r.Final != c.final || r.Number != c.number || r.Text == "" {
			t.Errorf("%s: %+v, %v", c.code, r, err)
		}
		if n := len(s.Messages()); n != 0 {
			t.Errorf("%s: %d messages were taken all the same", c.code, n)
		}
	}
	client, s, now := street(t)
	for i, want := range []string{"", "LimitExceeded.PhoneNumberThirtySecondLimit", ""} {
		_, err := client.Send(t.Context(), account(), letter())
		var r *notify.Refusal
		if errors.As(err, &r); want == "" && err != nil || want != "" && (r == nil || r.Code != want || r.Final) {
			t.Errorf("message %d: %v", i, err)
		}
		now.Advance(time.Duration(i*30+1) * time.Second)
	}
	if n := len(s.Messages()); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

func TestAccountIsChecked(t *testing.T) {
	c, _, _ := street(t)
	if err := c.Check(account()); err != nil {
		t.Error(err)
	}
	for field, spoil := range map[string]func(*notify.Account){
		"app": func(a *notify.Account) { a.App = "AKID1" }, "login": func(a *notify.Account) { a.Login = "x" },
		"secret": func(a *notify.Account) { a.Secret = "" }, "sender": func(a *notify.Account) { a.Sender = "翠" },
	} {
		a := account()
		spoil(&a)
		f := fault.As(c.Check(a))
		if f == nil || !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Location == "body."+field }) {
			t.Errorf("%s: %v", field, f)
		}
	}
}
