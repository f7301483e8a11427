package cashier_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

func lines(r cashier.Receipt) string {
	var out []string
	for _, l := range r.Lines {
		out = append(out, fmt.Sprintf("%s %s %d", l.RoomLabel, l.Month, l.Amount))
	}
	return strings.Join(out, "; ")
}

func TestReceive(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202610, 25380}, due{w.a, "物业服务费", 202611, 25380}, due{w.b, "车位管理费", 202611, 6000},
			due{w.c, "公摊能耗费", 202611, 1000}, due{w.dd, "装修垃圾费", 202611, 500})
		s := w.seat(t, w.b)
		if s.PayerName != "林晓峰" || len(s.Rooms) != 2 || s.Owed != 56760 || s.Prepaid != 0 || len(s.Open) != 3 || s.Open[0].Month != 202610 {
			t.Fatalf("seat %+v", s)
		}
		// October is older; November is due on one day for both rooms and shares.
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(30000), Tendered: 30100})
		mustBe(t, err, nil)
		if got := lines(r); got != "3栋101 2026-10 25380; 3栋101 2026-11 3737; 3栋102 2026-11 883" {
			t.Errorf("partial payment went to %s", got)
		}
		if r.Number != "SJ2026-000001" || r.Change != 100 || r.OwedBefore != 56760 || r.OwedAfter != 26760 || r.Policy != cashier.PolicyStatutory ||
			r.PayerName != "林晓峰" || r.CashierName != "李雪梅" || r.Lines[0].How == "" {
			t.Errorf("receipt %+v", r)
		}
		// The payer names the debt; more than it needs goes to the wallet.
		s = w.seat(t, w.a)
		r, err = w.take(t, cashier.Taking{Room: w.a, Charges: []id.ID{s.Open[1].Charge}, Pays: []cashier.Pay{
			{Method: cashier.MethodTransfer, Amount: 6117, Reference: " 20261121001 "}, {Method: cashier.MethodCash, Amount: 4000}}})
		mustBe(t, err, nil)
		if got := lines(r); got != "3栋102 2026-11 5117" || r.ToPrepay != 5000 || r.PrepaidAfter != 5000 || r.Policy != cashier.PolicyChosen ||
			r.Pays[0].Reference != "20261121001" || r.Tendered != 4000 {
			t.Errorf("chosen: %s, %+v", got, r)
		}
		// Prepaid money pays the rest together with cash (G05).
		r, err = w.take(t, cashier.Taking{Room: w.b, Pays: []cashier.Pay{
			{Method: cashier.MethodCash, Amount: 16643}, {Method: cashier.MethodPrepay, Amount: 5000}}})
		mustBe(t, err, nil)
		if r.PrepaidUsed != 5000 || r.PrepaidAfter != 0 || r.OwedAfter != 0 || r.Pays[0].Method != cashier.MethodPrepay || r.Income() != 16643 {
			t.Errorf("with prepaid: %+v", r)
		}
		// A room without a payer on file can pay and prepay too.
		r, err = w.take(t, cashier.Taking{Room: w.dd, Pays: cash(700)})
		mustBe(t, err, nil)
		if r.Payer != 0 || r.PayerName != "" || r.ToPrepay != 200 || r.RoomLabel != "3栋202" {
			t.Errorf("without payer: %+v", r)
		}
		got, err := w.cashier.Receipt(t.Context(), w.d.Reader(t.Context()), w.project, r.ID)
		mustBe(t, err, nil)
		if fmt.Sprintf("%+v", got.Lines) != fmt.Sprintf("%+v", r.Lines) || got.Seq != 4 || !got.At.Equal(r.At.Truncate(time.Microsecond)) {
			t.Errorf("stored %+v, was %+v", got, r)
		}
	})
}

func TestReceiveRefuses(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380}, due{w.c, "公摊能耗费", 202611, 1000})
		mine, other := w.seat(t, w.a).Open[0].Charge, w.seat(t, w.c).Open[0].Charge
		prepay := func(n money.Fen) cashier.Pay { return cashier.Pay{Method: cashier.MethodPrepay, Amount: n} }
		for _, c := range []struct {
			name string
			in   cashier.Taking
			want error
		}{
			{"no money", cashier.Taking{Room: w.a}, cashier.ErrPays},
			{"zero", cashier.Taking{Room: w.a, Pays: cash(0)}, cashier.ErrPays},
			{"negative", cashier.Taking{Room: w.a, Pays: cash(-1)}, cashier.ErrPays},
			{"out of range", cashier.Taking{Room: w.a, Pays: cash(1 << 62), Confirmed: true}, cashier.ErrPays},
			{"unknown method", cashier.Taking{Room: w.a, Pays: []cashier.Pay{{Method: "gold", Amount: 1}}}, cashier.ErrPays},
			{"less cash than said", cashier.Taking{Room: w.a, Pays: cash(25380), Tendered: 25000}, cashier.ErrTendered},
			{"cash without cash", cashier.Taking{Room: w.a, Pays: []cashier.Pay{{Method: cashier.MethodCard, Amount: 25380}}, Tendered: 100}, cashier.ErrTendered},
			{"B33 more than three times", cashier.Taking{Room: w.a, Pays: cash(76141)}, cashier.ErrUnusual},
			{"B33 change of several notes", cashier.Taking{Room: w.a, Pays: cash(25380), Tendered: 2538000}, cashier.ErrUnusual},
			{"nothing owed by the chosen", cashier.Taking{Room: w.dd, Pays: cash(100)}, cashier.ErrUnusual},
			{"another household's charge", cashier.Taking{Room: w.a, Charges: []id.ID{mine, other}, Pays: cash(100)}, cashier.ErrChargeGone},
			{"prepaid money it has not", cashier.Taking{Room: w.a, Pays: []cashier.Pay{prepay(100)}}, payment.ErrBalance},
			{"prepaying with prepaid", cashier.Taking{Room: w.a, Pays: []cashier.Pay{prepay(25381)}}, cashier.ErrPrepaidUse},
			{"no such room", cashier.Taking{Room: 1, Pays: cash(100)}, estate.ErrNoRoom},
		} {
			if c.in.Room == 1 {
				_, err := w.cashier.Receive(t.Context(), w.teller(), w.project, c.in)
				mustBe(t, err, c.want)
				continue
			}
			if _, err := w.take(t, c.in); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
		if _, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(25380), Tendered: 9999999999900}); err == nil || !strings.Contains(err.Error(), "太大，请核对") {
			t.Errorf("too much cash is not said to be too little: %v", err)
		}
		for _, in := range []cashier.Taking{
			{Room: w.a, Pays: cash(76140)}, // exactly three times
			{Room: w.dd, Pays: cash(100), Confirmed: true},
		} {
			_, err := w.take(t, in)
			mustBe(t, err, nil)
		}
		list, err := w.cashier.Receipts(t.Context(), w.project, cashier.Filter{})
		if err != nil || len(list.Items) != 2 || list.Items[0].Seq != 2 {
			t.Errorf("refusals left receipts: %+v, %v", list.Items, err)
		}
	})
}

// The second of two windows reads who was first, and nothing is taken twice.
func TestSecondWindow(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380})
		zero := money.Fen(0)
		in := cashier.Taking{Room: w.a, Pays: cash(25380), ExpectedOwed: 25380}
		_, err := w.cashier.Receive(t.Context(), w.teller(), w.project, in)
		mustBe(t, err, nil)
		in.Room = w.b // the same household from its other room
		_, err = w.cashier.Receive(t.Context(), w.teller(), w.project, in)
		mustBe(t, err, cashier.ErrOwedChanged)
		if text := fault.As(err).Text; !strings.HasPrefix(text, "这户刚被李雪梅收过款（09:00），") {
			t.Errorf("told: %s", text)
		}
		top := cashier.Taking{Room: w.a, Pays: cash(100), ExpectedPrepaid: &zero, Confirmed: true}
		_, err = w.cashier.Receive(t.Context(), w.teller(), w.project, top)
		mustBe(t, err, nil)
		_, err = w.cashier.Receive(t.Context(), w.teller(), w.project, top)
		mustBe(t, err, cashier.ErrOwedChanged)
		w.now.Advance(time.Hour)
		_, err = w.cashier.Receive(t.Context(), w.teller(), w.project, in)
		if text := fault.As(err).Text; text != cashier.ErrOwedChanged.Text {
			t.Errorf("told an hour later: %s", text)
		}
	})
}

func TestVoid(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380}, due{w.b, "车位管理费", 202611, 6000})
		void := func(r cashier.Receipt, reason string) (cashier.Receipt, error) {
			return w.cashier.Void(t.Context(), w.teller(), w.project, r.ID, reason)
		}
		first, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(40000)})
		mustBe(t, err, nil)
		_, err = void(first, "  ")
		mustBe(t, err, cashier.ErrReason)
		got, err := void(first, "金额收错")
		mustBe(t, err, nil)
		s := w.seat(t, w.a)
		if got.State != cashier.StateVoid || got.VoidName != "李雪梅" || got.VoidReason != "金额收错" || s.Owed != 31380 || s.Prepaid != 0 {
			t.Errorf("void %+v, seat owes %d prepaid %d", got, s.Owed, s.Prepaid)
		}
		_, err = void(first, "再作废一次")
		mustBe(t, err, cashier.ErrVoided)
		// A window that still shows nothing owed learns what happened.
		_, err = w.cashier.Receive(t.Context(), w.teller(), w.project, cashier.Taking{Room: w.a, Pays: cash(100)})
		if text := fault.As(err).Text; !strings.Contains(text, "李雪梅作废过收据") {
			t.Errorf("told: %s", text)
		}
		// What went into the wallet and was used cannot be taken back.
		second, err := w.take(t, cashier.Taking{Room: w.a, Charges: []id.ID{s.Open[0].Charge}, Pays: cash(30380)})
		mustBe(t, err, nil)
		third, err := w.take(t, cashier.Taking{Room: w.b, Pays: []cashier.Pay{{Method: cashier.MethodPrepay, Amount: 100}}})
		mustBe(t, err, nil)
		if second.ToPrepay == 0 || third.Seq != 3 {
			t.Fatalf("second %+v third %+v", second, third)
		}
		_, err = void(second, "误收")
		mustBe(t, err, cashier.ErrPrepaidGone)
		_, err = void(third, "误用预存")
		mustBe(t, err, nil)
		_, err = void(second, "误收")
		mustBe(t, err, nil)
		if s := w.seat(t, w.a); s.Owed != 31380 || s.Prepaid != 0 {
			t.Errorf("after all: owes %d prepaid %d", s.Owed, s.Prepaid)
		}
		late, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(31380)})
		mustBe(t, err, nil)
		w.now.Advance(24 * time.Hour)
		w.close(w.teller())
		_, err = void(late, "交班以后")
		mustBe(t, err, cashier.ErrHandedOver)
		if text := fault.As(err).Text; text != "收据 SJ2026-000004 已交班（RJ2026-000001），不能作废，需红冲" {
			t.Errorf("told: %s", text)
		}
		_, err = void(cashier.Receipt{ID: 5}, "没有这张")
		mustBe(t, err, fault.ErrNotFound)
	})
}

// Numbers run 1..n without gap or repeat under fifty counters at once, of which
// some are refused and some are rolled back after they had their number.
// (B32)
func TestNumbersUnderConcurrency(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var list []due
		for _, room := range []id.ID{w.a, w.c, w.dd} {
			for m := 1; m <= 4; m++ {
				list = append(list, due{room, "物业服务费", 202606 + 1, 0})
				list[len(list)-1] = due{room, "物业服务费", list[len(list)-1].month.Add(m), 100_000}
			}
		}
		w.bill(t, list...)
		undo := errors.New("undo")
		var wg sync.WaitGroup
		var mu sync.Mutex
		var numbers []int64
		for i := range 50 {
			room := []id.ID{w.a, w.b, w.c, w.dd}[i%4]
			wg.Go(func() {
				for try := 0; try < 200; try++ {
					seat, err := w.cashier.Seat(t.Context(), w.project, room)
					if err != nil {
						t.Error(err)
						return
					}
					var r cashier.Receipt
					err = w.d.Write(t.Context(), func(tx *db.Tx) error {
						ctx := db.Join(t.Context(), tx)
						if r, err = w.cashier.Receive(ctx, w.teller(), w.project, cashier.Taking{Room: room, Pays: cash(money.Fen(100 + i)), ExpectedOwed: seat.Owed}); err == nil && i%7 == 0 {
							err = undo
						}
						return err
					})
					if errors.Is(err, cashier.ErrOwedChanged) {
						continue
					}
					if err != nil && !errors.Is(err, undo) {
						t.Error(err)
					}
					if err == nil {
						mu.Lock()
						numbers = append(numbers, r.Seq)
						mu.Unlock()
					}
					return
				}
				t.Error("never got through")
			})
		}
		wg.Wait()
		slices.Sort(numbers)
		if len(numbers) != 42 {
			t.Fatalf("%d receipts", len(numbers))
		}
		for i, n := range numbers {
			if n != int64(i+1) {
				t.Fatalf("numbers %v", numbers)
			}
		}
	})
}

// Many windows that saw the same debt, or the same empty wallet: one receipt,
// whatever the timing.
func TestManyWindows(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380}, due{w.b, "车位管理费", 202611, 6000})
		_, err := w.take(t, cashier.Taking{Room: w.dd, Pays: cash(100), Confirmed: true})
		mustBe(t, err, nil)
		hundred := money.Fen(100)
		for name, in := range map[string]cashier.Taking{
			"debt":   {Room: w.a, Pays: cash(31380), ExpectedOwed: 31380},
			"wallet": {Room: w.dd, Pays: cash(200), ExpectedPrepaid: &hundred, Confirmed: true},
		} {
			var wg sync.WaitGroup
			errs := make([]error, 16)
			for i := range errs {
				in := in
				if in.Room == w.a && i%2 == 1 {
					in.Room = w.b // the same household
				}
				wg.Go(func() { _, errs[i] = w.cashier.Receive(context.Background(), w.teller(), w.project, in) })
			}
			wg.Wait()
			taken := 0
			for _, err := range errs {
				if err == nil {
					taken++
				} else if !errors.Is(err, cashier.ErrOwedChanged) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if taken != 1 {
				t.Errorf("%s: %d receipts", name, taken)
			}
		}
	})
}

// Letters find receipts in either case on both engines, % and _ are letters (E7).
func TestReceiptsFoundByText(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		if err := w.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.owner(t.Context(), tx, "Anna_Wu", w.dd)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		_, err := w.take(t, cashier.Taking{Room: w.dd, Pays: cash(100), Confirmed: true})
		mustBe(t, err, nil)
		for text, want := range map[string]int{"anna": 1, "ANNA_": 1, "sj2026": 1, "%": 0, "a_n": 0, "\\": 0} {
			list, err := w.cashier.Receipts(t.Context(), w.project, cashier.Filter{Text: text})
			if err != nil || len(list.Items) != want {
				t.Errorf("%q finds %d, want %d: %v", text, len(list.Items), want, err)
			}
		}
	})
}
