package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
	"linli/internal/tariff"
)

// onlineWorld is a project whose counter takes WeChat Pay from the simulator,
// over real HTTP in both directions.
type onlineWorld struct {
	app     *app.App
	now     *clock.Manual
	sim     *sim.Sim
	url     string
	who     actor.Actor
	project id.ID
	rooms   []id.ID // 101–106, each owes 250.60
	cred    sim.Credentials
}

const onlineOwed = money.Fen(250_60)

func online(t *testing.T, f func(t *testing.T, w *onlineWorld)) {
	t.Helper()
	onEachEngine(t, func(t *testing.T, engine db.Engine) {
		w := newOnlineWorld(t, engine)
		f(t, w)
		sound(t, w.app, w.project)
	})
}

func newOnlineWorld(t *testing.T, engine db.Engine) *onlineWorld {
	t.Helper()
	w, at := openOnline(t, engine)
	w.live(t, at, app.Config{})
	return w
}

// openOnline makes the world and opens its channel, but not its house.
func openOnline(t *testing.T, engine db.Engine) (*onlineWorld, dbtest.Place) {
	t.Helper()
	at, made := dbtest.Furnished(t, engine, app.Migrations(), "online", func(at dbtest.Place) *onlineWorld {
		w := &onlineWorld{now: early()}
		w.openSim(t)
		w.app = build(t, at, app.Config{Clock: w.now, Wechat: nobody})
		w.found(t)
		w.app.Close()
		return w
	})
	w := &onlineWorld{now: clock.NewManual(dbtest.Start()), who: actor.Actor{Account: 11, Name: "李雪梅"}, project: made.project, rooms: slices.Clone(made.rooms)}
	w.openSim(t)
	return w, at
}

// live opens the house, where it can be reached from outside.
func (w *onlineWorld) live(t *testing.T, at dbtest.Place, c app.Config) {
	t.Helper()
	c.Clock, c.Wechat = w.now, w.url
	w.app = build(t, at, c)
	srv := httptest.NewServer(w.app.Handler())
	t.Cleanup(srv.Close)
	w.app.Reach(srv.URL)
}

func (w *onlineWorld) openSim(t *testing.T) {
	t.Helper()
	var err error
	if w.sim, err = openWechat(t.TempDir(), w.now); err != nil {
		t.Fatal(err)
	}
	if w.cred, err = w.sim.Enrol(wechatShop); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(w.sim.Handler())
	t.Cleanup(srv.Close)
	w.url = srv.URL
}

func merchantOf(c sim.Credentials) payment.Merchant {
	return payment.Merchant{Channel: "wechat", Number: c.Number, App: c.App, Serial: c.Serial, PlatformSerial: c.PlatformSerial,
		PlatformKey: c.PlatformKey, PrivateKey: c.PrivateKey, APIKey: c.APIKey, AppSecret: c.Secret, Active: true}
}

// found makes the project, its rooms and what they owe.
func (w *onlineWorld) found(t *testing.T) {
	t.Helper()
	ctx, who := t.Context(), actor.System("test")
	month := clock.MonthOf(w.now.Now())
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := w.app.Estate.CreateProject(ctx, tx, who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		w.project = p.ID
		b, err := w.app.Estate.CreateBuilding(ctx, tx, who, p.ID, estate.Building{Name: "3栋"})
		if err != nil {
			return err
		}
		rooms := []estate.Room{}
		for _, n := range []string{"101", "102", "103", "104", "105", "106"} {
			rooms = append(rooms, estate.Room{Building: b.ID, Name: n, Area: 100_24})
		}
		if err := w.app.Estate.CreateRooms(ctx, tx, who, p.ID, rooms); err != nil {
			return err
		}
		for _, r := range rooms {
			w.rooms = append(w.rooms, r.ID)
			owner, err := w.app.Estate.CreatePerson(ctx, tx, who, p.ID, estate.PersonInput{Name: "住户" + r.Name, Kind: estate.KindPerson})
			if err != nil {
				return err
			}
			if _, err = w.app.Estate.AddOccupant(ctx, tx, who, p.ID, estate.Occupant{Room: r.ID, Person: owner, Part: estate.PartOwner}); err != nil {
				return err
			}
		}
		item, err := w.app.Tariff.CreateItem(ctx, tx, who, p.ID, tariff.Item{Name: "物业服务费", Basis: tariff.ByArea, Cycle: "month", Advance: true, StartMonth: 1,
			From: month.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
		if err != nil {
			return err
		}
		if _, err = w.app.Tariff.AddRate(ctx, tx, who, p.ID, tariff.Rate{Item: item.ID, From: month.First(), Price: 2_500_000, SourceKind: "contract", SourceText: "合同"}); err != nil {
			return err
		}
		_, err = w.app.Tariff.Assign(ctx, tx, who, p.ID, tariff.Assignment{Item: item.ID, Scope: tariff.ToProject, From: month.First()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	run, err := w.app.Billing.StartRun(ctx, who, w.project, month)
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err == nil {
		run, err = w.app.Billing.Run(ctx, w.app.DB.Reader(ctx), w.project, run.ID)
	}
	if err == nil {
		_, err = w.app.Billing.Release(ctx, who, w.project, run.ID, run.Version)
	}
	if err == nil {
		_, err = w.app.Payment.SetMerchant(ctx, who, w.project, merchantOf(w.cred))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.drain(t)
}

// drain runs every job that is due now.
func (w *onlineWorld) drain(t *testing.T) {
	t.Helper()
	if err := w.app.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *onlineWorld) owed(t *testing.T, room id.ID) (owed, prepaid money.Fen) {
	t.Helper()
	seat, err := w.app.Cashier.Seat(t.Context(), w.project, room)
	if err != nil {
		t.Fatal(err)
	}
	return seat.Owed, seat.Prepaid
}

// ask opens an order for all that the room owes, or for amount, and waits for
// its code.
func (w *onlineWorld) ask(t *testing.T, room id.ID, amount money.Fen) payment.Order {
	t.Helper()
	owed, _ := w.owed(t, room)
	if amount == 0 {
		amount = owed
	}
	o, err := w.app.Cashier.OpenOrder(t.Context(), w.who, w.project, cashier.OrderTaking{Channel: "wechat", Room: room, Amount: amount, ExpectedOwed: owed, Confirmed: true})
	if err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	return w.order(t, o.ID)
}

func (w *onlineWorld) order(t *testing.T, order id.ID) payment.Order {
	t.Helper()
	o, err := w.app.Payment.Order(t.Context(), w.app.DB.Reader(t.Context()), w.project, order)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (w *onlineWorld) pay(t *testing.T, o payment.Order) {
	t.Helper()
	if err := w.sim.Pay(o.Code); err != nil {
		t.Fatal(err)
	}
}

// later moves the clock, delivers notifications and runs the jobs.
func (w *onlineWorld) later(t *testing.T, d time.Duration) {
	t.Helper()
	w.now.Advance(d)
	w.sim.Deliver(t.Context())
	w.drain(t)
}

func (w *onlineWorld) receipts(t *testing.T, room id.ID) []cashier.Receipt {
	t.Helper()
	list, err := w.app.Cashier.Receipts(t.Context(), w.project, cashier.Filter{Request: page.Request{Limit: 200}, Room: room})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func (w *onlineWorld) candidates(t *testing.T) []payment.Candidate {
	t.Helper()
	list, err := w.app.Payment.Candidates(t.Context(), w.project, payment.CandidateFilter{Request: page.Request{Limit: 200}})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// wantPaid checks that an order became one receipt and nothing else.
func (w *onlineWorld) wantPaid(t *testing.T, o payment.Order) {
	t.Helper()
	if o = w.order(t, o.ID); o.State != payment.OrderPaid || o.Receipt == 0 {
		t.Fatalf("order %+v", o)
	}
	list := w.receipts(t, o.Room)
	if len(list) != 1 || list[0].Amount != o.Amount || list[0].Pays[0].Method != cashier.MethodWechat || list[0].Pays[0].Reference != o.Transaction || list[0].CashierName != "李雪梅" {
		t.Fatalf("receipts %+v", list)
	}
	if owed, prepaid := w.owed(t, o.Room); owed != onlineOwed+o.ToPrepay-o.Amount || prepaid != o.ToPrepay {
		t.Fatalf("still owes %d, prepaid %d", owed, prepaid)
	}
	if c := w.candidates(t); len(c) != 0 {
		t.Fatalf("candidates %+v", c)
	}
}

// capturedAll is promise 14: what lies on the clearing account is what the
// channel's own books say, captured minus given back, beside what it keeps as fee.
func (w *onlineWorld) capturedAll(t *testing.T, trades int) {
	t.Helper()
	fen, n := w.sim.Captured(w.cred.Number)
	sum := sumOf(t, w.app.DB, "SELECT CAST(COALESCE(SUM(CASE WHEN debit = 1012 THEN amount ELSE -amount END), 0) AS BIGINT) FROM ledger_posting WHERE project_id = ? AND (debit = 1012 OR credit = 1012) AND doc_kind <> 47", w.project)
	back, _ := w.sim.GivenBack(w.cred.Number)
	if fen -= back; n != trades || money.Fen(fen) != sum {
		t.Errorf("the channel captured %d in %d trades, the book says %d", fen, n, sum)
	}
}

func TestOnlinePaymentBecomesOneReceipt(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		o := w.ask(t, w.rooms[0], 0)
		if o.State != payment.OrderWaiting || o.Amount != onlineOwed || len(o.Lines) != 1 || len(o.Number) > 32 || payment.ProjectOf(o.Number) != w.project {
			t.Fatalf("order %+v", o)
		}
		w.pay(t, o)
		w.later(t, time.Second)
		w.wantPaid(t, o)
		if _, err := w.app.Cashier.Void(t.Context(), w.who, w.project, w.order(t, o.ID).Receipt, "收错"); !errors.Is(err, cashier.ErrOnline) {
			t.Errorf("void: %v", err)
		}
		// More than is owed is prepaid as the counter meant it.
		more := w.ask(t, w.rooms[1], onlineOwed+100_00)
		w.pay(t, more)
		w.later(t, time.Second)
		w.wantPaid(t, more)
		w.payByCode(t)
		w.payForOneRoom(t)
		w.capturedAll(t, 4)
	})
}

// Lost, doubled and late notifications, probes with bad signatures: the books
// are right and nobody is asked twice.
func TestOnlineNotificationsOfAllKinds(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Faults{
		"lost": {Drop: true}, "repeated": {Repeat: 4}, "probed": {Probe: true}, "late": {Delay: 25 * time.Hour},
		"before the answer": {PayAtOnce: true}, "doubtful answers": {FailAfterEffect: true, PayAtOnce: true},
	} {
		t.Run(name, func(t *testing.T) {
			online(t, func(t *testing.T, w *onlineWorld) {
				w.sim.Misbehave(f)
				o := w.ask(t, w.rooms[0], 0)
				if !f.PayAtOnce {
					w.pay(t, o)
				}
				for _, d := range []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 6 * time.Minute, 26 * time.Hour} {
					w.later(t, d)
				}
				w.wantPaid(t, o)
				w.capturedAll(t, 1)
				for _, a := range w.sim.Attempts() {
					if a.Probe == (a.Status < 300) {
						t.Errorf("attempt %+v", a)
					}
				}
			})
		})
	}
}

// Fifty notifications at once, and the poll among them (case G10).
func TestOnlineFiftyAtOnce(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.sim.Misbehave(sim.Faults{Drop: true})
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		header, body, address := w.overheard(t, o)
		ctx, stop := context.WithCancel(t.Context())
		var workers, wg sync.WaitGroup
		for range 3 {
			workers.Go(func() {
				if err := w.app.Jobs.Run(ctx, 1, false); err != nil {
					t.Error(err)
				}
			})
		}
		for range 50 {
			wg.Go(func() {
				if status := post(t, address, header, body); status != http.StatusNoContent {
					t.Errorf("answered %d", status)
				}
			})
		}
		wg.Wait()
		stop() // in the middle of it; what was cut off is done again
		workers.Wait()
		w.later(t, time.Hour)
		w.wantPaid(t, o)
		w.capturedAll(t, 1)
	})
}

// overheard lets one notification pass a recorder instead of the product.
func (w *onlineWorld) overheard(t *testing.T, o payment.Order) (http.Header, []byte, string) {
	t.Helper()
	m, err := w.app.Payment.Merchant(t.Context(), w.app.DB.Reader(t.Context()), w.project, "wechat")
	if err != nil {
		t.Fatal(err)
	}
	header, body, err := w.sim.Letter(w.cred.Number, o.Number)
	if err != nil {
		t.Fatal(err)
	}
	return header, body, w.app.Reached() + "/api/v1/callbacks/wechat/" + m.Token
}

func post(t *testing.T, address string, header http.Header, body []byte) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	r.Header = header.Clone()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Error(err)
	}
	return res.StatusCode
}

// B11, B36, B37: nothing but the signed bytes at the address they were sent to is
// believed, and nobody reads the XML of older protocols.
func TestOnlineForgedNotificationsAreRefused(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.sim.Misbehave(sim.Faults{Drop: true})
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		header, body, address := w.overheard(t, o)
		other := header.Clone()
		other.Set("Wechatpay-Serial", "PUB_KEY_ID_0000000000000000000000000000000000")
		old := header.Clone()
		old.Set("Wechatpay-Timestamp", "1700000000")
		var sorted map[string]any
		if err := json.Unmarshal(body, &sorted); err != nil {
			t.Fatal(err)
		}
		again, err := json.MarshalIndent(sorted, "", " ") // the same to who reads it, other bytes
		if err != nil {
			t.Fatal(err)
		}
		xml := http.Header{"Content-Type": {"text/xml"}}
		for name, x := range map[string]struct {
			address string
			header  http.Header
			body    []byte
			want    int
		}{
			"tampered body":  {address, header, bytes.Replace(body, []byte("支付成功"), []byte("支付失败"), 1), 401},
			"no signature":   {address, http.Header{"Content-Type": {"application/json"}}, body, 401},
			"another serial": {address, other, body, 401},
			"old timestamp":  {address, old, body, 401},
			"another token":  {address + "x", header, body, 404},
			"no token":       {w.app.Reached() + "/api/v1/callbacks/wechat/" + w.project.String() + ".", header, body, 404},
			"other project":  {w.app.Reached() + "/api/v1/callbacks/wechat/1.abc", header, body, 404},
			"not JSON":       {address, header, []byte("transaction_id=1"), 400},
			"written anew":   {address, header, again, 401},
			"XML":            {address, xml, []byte(doctype), 415},
			"XML as JSON":    {address, header, []byte(doctype), 400},
		} {
			if got := post(t, x.address, x.header, x.body); got != x.want {
				t.Errorf("%s: %d, want %d", name, got, x.want)
			}
		}
		w.drain(t)
		if o = w.order(t, o.ID); o.State != payment.OrderWaiting || len(w.receipts(t, o.Room)) != 0 {
			t.Fatalf("a forged notification moved %+v", o)
		}
		if got := post(t, address, header, body); got != 204 {
			t.Errorf("the true one: %d", got)
		}
		w.drain(t)
		w.wantPaid(t, o)
	})
}

// doctype is a notification of the older protocol that asks for a file.
const doctype = `<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><out_trade_no>&x;</out_trade_no></xml>`
