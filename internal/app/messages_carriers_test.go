package app_test

import (
	"strings"
	"testing"
	"time"

	"linli/internal/notify"
	smssim "linli/internal/outside/sms/sim"
	tencentsim "linli/internal/outside/tencent/sim"
)

// secondCarrier sends the last message, of 陈建国 by SMS, again and again: each
// carrier stands in for the other, the project says which goes first, and what
// no carrier of SMS can mend goes by mail.
func (w *messageWorld) secondCarrier(t *testing.T) {
	t.Helper()
	ctx, q := t.Context(), w.app.DB.Reader(t.Context())
	account := notify.Account{Carrier: "tencent", App: "1400006666", Login: "AKIDsimulator", Secret: "sim-secret", Sender: "翠湖物业", Active: true}
	if _, err := w.app.Notify.SetAccount(ctx, w.who, w.project, account); err != nil {
		t.Fatal(err)
	}
	var sealed string
	if err := q.QueryRow(ctx, "SELECT secret_enc FROM notify_account WHERE project_id = ? AND channel = 'tencent'", w.project).Scan(&sealed); err != nil || strings.Contains(sealed, "sim-secret") {
		t.Errorf("the secret lies open: %q, %v", sealed, err)
	}
	l, err := w.app.Notify.Messages(ctx, q, w.project, notify.Filter{Kind: "due", Channel: "sms"})
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("%+v, %v", l.Items, err)
	}
	for _, c := range []struct {
		name, first, want string
		aliyun            smssim.Orders
		tencent           tencentsim.Orders
	}{
		{"Aliyun has no money left", "sms", "sms, tencent ok: delivered", smssim.Orders{Code: "isv.AMOUNT_NOT_ENOUGH"}, tencentsim.Orders{}},
		{"Tencent goes first", "tencent", "tencent ok: delivered", smssim.Orders{}, tencentsim.Orders{}},
		{"Tencent has no money left", "tencent", "tencent, sms ok: delivered", smssim.Orders{}, tencentsim.Orders{Code: "FailedOperation.InsufficientBalanceInSmsPackage"}},
		{"the resident wants no SMS", "tencent", "tencent, mail ok: sent", smssim.Orders{}, tencentsim.Orders{Code: "FailedOperation.PhoneNumberInBlacklist"}},
	} {
		w.sms.Tell(c.aliyun)
		w.tencent.Tell(c.tencent)
		st, err := w.app.Notify.Setting(ctx, q, w.project)
		if err != nil {
			t.Fatal(err)
		}
		st.SMSFirst = c.first
		if _, err := w.app.Notify.SetSetting(ctx, w.who, w.project, st); err != nil {
			t.Fatal(err)
		}
		_, before, err := w.app.Notify.Message(ctx, q, w.project, l.Items[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.app.Notify.Resend(ctx, w.who, w.project, l.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		w.after(t, time.Minute)
		m, tries, err := w.app.Notify.Message(ctx, q, w.project, l.Items[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		var went []string
		for _, a := range tries[len(before):] {
			went = append(went, a.Carrier+map[bool]string{true: " ok"}[a.OK])
		}
		if got := strings.Join(went, ", ") + ": " + string(m.State); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if list := w.tencent.Messages(); len(list) != 2 || list[0].Text != "【翠湖物业】1栋102有 250.60 元费用今天到期。" || list[0].Phone != "+8613805715678" {
		t.Errorf("by Tencent %+v", list)
	}
	w.tencent.Tell(tencentsim.Orders{})
	if _, err := w.app.Notify.Try(ctx, w.who, w.project, "tencent", "13905711234"); err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	if list := w.tencent.Messages(); len(list) != 3 || !strings.Contains(list[2].Text, "1栋1单元101 2026-11 的账单已出，应缴 300.00 元") {
		t.Errorf("the test %+v", list)
	}
}
