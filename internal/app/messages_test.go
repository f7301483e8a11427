package app_test

import (
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/notify"
	mailsim "linli/internal/outside/mail/sim"
	smssim "linli/internal/outside/sms/sim"
	tencentsim "linli/internal/outside/tencent/sim"
	"linli/internal/tariff"
)

// messageWorld is a project with two payers, 王秀英 (mail only) and 陈建国 (phone
// and mail), who owe 250.60 each from the release of a run, and both carriers'
// and two carriers of SMS as simulators over the network.
type messageWorld struct {
	app     *app.App
	now     *clock.Manual
	mail    *mailsim.Sim
	sms     *smssim.Sim
	tencent *tencentsim.Sim
	who     actor.Actor
	project id.ID
	people  []id.ID
	rooms   []id.ID
	at      string // of the mail server
}

func messages(t *testing.T, f func(t *testing.T, w *messageWorld)) {
	t.Helper()
	dbtest.Run(t, app.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := &messageWorld{now: now, who: actor.Actor{Account: 11, Name: "孙敏"}}
		w.street(t)
		url := httptest.NewServer(w.sms.Handler())
		t.Cleanup(url.Close)
		other := httptest.NewServer(w.tencent.Handler())
		t.Cleanup(other.Close)
		a, err := app.Build(t.Context(), d, app.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Version: "test", SMS: url.URL, TencentSMS: other.URL, Outbound: here()})
		if err != nil {
			t.Fatal(err)
		}
		w.app = a
		w.homes(t)
		f(t, w)
		sound(t, w.app, w.project)
	})
}

func (w *messageWorld) street(t *testing.T) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w.mail = mailsim.New(mailsim.Options{User: "zd@cuihu.example", Password: "geheim-code", Clock: w.now, Log: log})
	w.sms = smssim.New(smssim.Options{Key: "LTAI5tSimulator", Secret: "sim-secret", Sign: "翠湖物业", Clock: w.now, Log: log,
		Templates: map[string]string{"SMS_1": "${room} ${month} 的账单已出，应缴 ${amount} 元，请在 ${due} 前缴纳。", "SMS_2": "${room}有 ${amount} 元费用今天到期。",
			"SMS_CODE": "您的验证码是 ${code}，10 分钟内有效，请勿告诉他人。", "SMS_ALERT": "您的账号 ${account} ${what}。不是您本人操作的，请马上告诉管理员。"}})
	w.tencent = tencentsim.New(tencentsim.Options{ID: "AKIDsimulator", Secret: "sim-secret", App: "1400006666", Sign: "翠湖物业", Clock: w.now, Log: log,
		Templates: map[string]string{"2100001": "{1} {2} 的账单已出，应缴 {3} 元，请在 {4} 前缴纳。", "2100003": "{1}有 {2} 元费用今天到期。"}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.at = l.Addr().String()
	go func() {
		if err := w.mail.Serve(t.Context(), l); err != nil {
			t.Error(err)
		}
	}()
}

func (w *messageWorld) homes(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := w.app.Estate.CreateProject(ctx, tx, w.who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		w.project = p.ID
		b, err := w.app.Estate.CreateBuilding(ctx, tx, w.who, p.ID, estate.Building{Name: "1栋"})
		if err != nil {
			return err
		}
		rooms := []estate.Room{{Building: b.ID, Name: "101", Area: 100_24}, {Building: b.ID, Name: "102", Area: 100_24}}
		if err := w.app.Estate.CreateRooms(ctx, tx, w.who, p.ID, rooms); err != nil {
			return err
		}
		for i, in := range []estate.PersonInput{{Name: "王秀英", Email: "wang@example.com"}, {Name: "陈建国", Email: "chen@example.com", Phone: "13805715678"}} {
			one, err := w.app.Estate.CreatePerson(ctx, tx, w.who, p.ID, in)
			if err != nil {
				return err
			}
			if _, err := w.app.Estate.AddOccupant(ctx, tx, w.who, p.ID, estate.Occupant{Room: rooms[i].ID, Person: one, Part: estate.PartOwner}); err != nil {
				return err
			}
			w.people, w.rooms = append(w.people, one.ID), append(w.rooms, rooms[i].ID)
		}
		month := clock.MonthOf(tx.Now())
		i, err := w.app.Tariff.CreateItem(ctx, tx, w.who, p.ID, tariff.Item{Name: "物业服务费", Basis: tariff.ByArea, Cycle: "month", Advance: true, StartMonth: 1,
			From: month.First(), Unit: 1, FirstMonth: tariff.Actual})
		if err != nil {
			return err
		}
		if _, err = w.app.Tariff.AddRate(ctx, tx, w.who, p.ID, tariff.Rate{Item: i.ID, From: month.First(), Price: 2_500_000, SourceKind: "contract", SourceText: "合同"}); err != nil {
			return err
		}
		_, err = w.app.Tariff.Assign(ctx, tx, w.who, p.ID, tariff.Assignment{Item: i.ID, Scope: tariff.ToProject, From: month.First()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *messageWorld) mailAccount(t *testing.T) {
	t.Helper()
	_, err := w.app.Notify.SetAccount(t.Context(), w.who, w.project, notify.Account{Carrier: "mail", Host: w.at, Login: "zd@cuihu.example", Secret: "geheim-code",
		Sender: "翠湖物业 <zd@cuihu.example>", Active: true})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *messageWorld) smsAccount(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	_, err := w.app.Notify.SetAccount(ctx, w.who, w.project, notify.Account{Carrier: "sms", Login: "LTAI5tSimulator", Secret: "sim-secret", Sender: "翠湖物业", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.app.Notify.Templates(ctx, w.app.DB.Reader(ctx), w.project)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if code := map[string]string{notify.KindBill: "SMS_1", notify.KindDue: "SMS_2"}[x.Kind]; x.Channel == "sms" && code != "" {
			x.Code, x.CodeTencent = code, map[string]string{"SMS_1": "2100001", "SMS_2": "2100003"}[code]
			if _, err := w.app.Notify.SetTemplate(ctx, w.who, w.project, x); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// release makes both owe 250.60, at ten in the morning.
func (w *messageWorld) release(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	run, err := w.app.Billing.StartRun(ctx, w.who, w.project, clock.MonthOf(w.now.Now()))
	w.drain(t)
	if err == nil {
		run, err = w.app.Billing.Run(ctx, w.app.DB.Reader(ctx), w.project, run.ID)
	}
	if err == nil {
		_, err = w.app.Billing.Release(ctx, w.who, w.project, run.ID, run.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.drain(t)
}

func (w *messageWorld) drain(t *testing.T) {
	t.Helper()
	if err := w.app.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *messageWorld) after(t *testing.T, d time.Duration) {
	t.Helper()
	w.now.Advance(d)
	w.drain(t)
}

// list tells the messages of a kind as "name channel state".
func (w *messageWorld) list(t *testing.T, kind string) string {
	t.Helper()
	l, err := w.app.Notify.Messages(t.Context(), w.app.DB.Reader(t.Context()), w.project, notify.Filter{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := len(l.Items) - 1; i >= 0; i-- {
		m := l.Items[i]
		out = append(out, m.PersonName+" "+m.Channel+" "+string(m.State))
	}
	return strings.Join(out, ", ")
}

func (w *messageWorld) says(t *testing.T, kind, want string) {
	t.Helper()
	if got := w.list(t, kind); got != want {
		t.Errorf("%s: %q, want %q", kind, got, want)
	}
}

func (w *messageWorld) clockTo(t *testing.T, day clock.Date, hour int) {
	t.Helper()
	w.now.Set(day.Start().Add(time.Duration(hour) * time.Hour))
	w.drain(t)
}

func TestReleasePushesBillsByMail(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		today := clock.DateOf(w.now.Now())
		w.clockTo(t, today, 21)
		w.mailAccount(t)
		w.release(t)
		w.says(t, "bill", "王秀英 mail waiting, 陈建国 mail waiting")
		if len(w.mail.Mails()) != 0 {
			t.Error("a mail went out at night")
		}
		w.mail.Tell(mailsim.Orders{Refuse: "451 4.3.0 try again", Only: "chen@", Times: 1})
		w.clockTo(t, today.AddDays(1), 9)
		w.says(t, "bill", "王秀英 mail sent, 陈建国 mail waiting")
		w.after(t, 2*time.Minute)
		w.says(t, "bill", "王秀英 mail sent, 陈建国 mail sent")
		list := w.mail.Mails()
		if len(list) != 2 || list[0].To[0] != "wang@example.com" || !strings.Contains(list[0].Subject, "250.60 元") || !strings.Contains(list[0].Body, "应缴 250.60 元") ||
			!strings.Contains(list[0].Body, "王秀英：") {
			t.Errorf("mails %+v", list)
		}
		w.mail.Tell(mailsim.Orders{Refuse: "550 5.1.1 no such user"})
		l, err := w.app.Notify.Messages(t.Context(), w.app.DB.Reader(t.Context()), w.project, notify.Filter{Kind: "bill"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.app.Notify.Resend(t.Context(), w.who, w.project, l.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		w.says(t, "bill", "王秀英 mail sent, 陈建国 mail failed")
		_, tries, err := w.app.Notify.Message(t.Context(), w.app.DB.Reader(t.Context()), w.project, l.Items[0].ID)
		if err != nil || len(tries) != 3 || tries[0].Code != "451" || !tries[1].OK || tries[2].Code != "550" {
			t.Errorf("attempts %+v, %v", tries, err)
		}
	})
}

func TestSMSIsDeliveredOrFallsBackToMail(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		w.clockTo(t, clock.DateOf(w.now.Now()), 10)
		w.mailAccount(t)
		w.smsAccount(t)
		w.sms.Tell(smssim.Orders{Receipt: "MK:0001"})
		w.release(t)
		w.says(t, "bill", "王秀英 mail sent, 陈建国 sms sent")
		if list := w.sms.Messages(); len(list) != 1 || list[0].Phone != "13805715678" || !strings.Contains(list[0].Text, "【翠湖物业】1栋102") || !strings.Contains(list[0].Text, "250.60 元") {
			t.Errorf("SMS %+v", list)
		}
		w.after(t, time.Minute)
		w.says(t, "bill", "王秀英 mail sent, 陈建国 mail sent")
		w.sms.Tell(smssim.Orders{})
		if err := w.app.Dunning.Remind(t.Context()); err != nil {
			t.Fatal(err)
		}
		due := clock.MonthOf(w.now.Now()).Last()
		w.clockTo(t, due, 10)
		for range 2 {
			if err := w.app.Dunning.Remind(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.drain(t)
		w.after(t, time.Minute)
		w.says(t, "due", "王秀英 mail sent, 陈建国 sms delivered")
		w.secondCarrier(t)
	})
}

func TestRemindersGoToWhoStillOwes(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		ctx := t.Context()
		w.clockTo(t, clock.DateOf(w.now.Now()), 10)
		w.mailAccount(t)
		w.release(t)
		due := clock.MonthOf(w.now.Now()).Last()
		if _, err := w.app.Dunning.SetSchedule(ctx, w.who, w.project, dunning.Schedule{Push: true, Steps: []int{7, 0}, PaidAway: true}); err != nil {
			t.Fatal(err)
		}
		// What tells of payments does not count among the reminders of the day, which come after it.
		w.now.Set(due.Start().Add(10 * time.Hour))
		for n := range money.Fen(2) {
			if _, err := w.takes(t, w.rooms[0], 1_00, 250_60-n*1_00); err != nil {
				t.Fatal(err)
			}
		}
		w.drain(t)
		w.says(t, notify.KindPaid, "王秀英 mail sent, 王秀英 mail sent")
		remind := func(day clock.Date, hour int) {
			t.Helper()
			w.clockTo(t, day, hour)
			if err := w.app.Dunning.Remind(ctx); err != nil {
				t.Fatal(err)
			}
			w.drain(t)
		}
		remind(due, 10)
		w.says(t, "due", "王秀英 mail sent, 陈建国 mail sent")
		// At night it is written, in the morning 王秀英 has paid and 陈建国 wishes bills only.
		remind(due.AddDays(7), 21)
		w.says(t, "after", "王秀英 mail waiting, 陈建国 mail waiting")
		err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			open, err := w.app.Billing.LockOpen(ctx, tx, w.project, w.rooms[:1])
			if err != nil {
				return err
			}
			if err := w.app.Notify.SetQuiet(ctx, tx, w.who, w.project, w.people[1], true); err != nil {
				return err
			}
			x, err := w.app.LateFee.AskWaiver(ctx, tx, w.who, w.project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: open[0].ID, Reason: "业委会决议"})
			if err == nil {
				_, err = w.app.LateFee.DecideWaiver(ctx, tx, actor.Actor{Account: 12, Name: "陈立群"}, w.project, x.ID, true, "", x.Version)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		before := len(w.mail.Mails())
		remind(due.AddDays(8), 9)
		w.says(t, "after", "王秀英 mail dropped, 陈建国 mail dropped")
		if n := len(w.mail.Mails()); n != before {
			t.Errorf("%d mails went out all the same", n-before)
		}
	})
}
