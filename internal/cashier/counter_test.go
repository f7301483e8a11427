package cashier_test

import (
	"context"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// monthly gives every room a fee in advance from November on and releases
// November, so that December is the first month that can be paid ahead.
func (w *world) monthly(t *testing.T, fen money.Fen) {
	t.Helper()
	ctx, who := context.Background(), actor.System("test")
	err := w.d.Write(ctx, func(tx *db.Tx) error {
		it, err := w.tariff.CreateItem(ctx, tx, who, w.project, tariff.Item{Name: "物业服务费", Basis: tariff.Fixed, Cycle: "month", Advance: true,
			StartMonth: 1, From: 20261101, Unit: 1, FirstMonth: tariff.Actual})
		if err != nil {
			return err
		}
		_, err = w.tariff.AddRate(ctx, tx, who, w.project, tariff.Rate{Item: it.ID, From: 20261101, Price: money.Price(fen) * 10_000, SourceKind: "contract", SourceText: "合同"})
		if err != nil {
			return err
		}
		_, err = w.tariff.Assign(ctx, tx, who, w.project, tariff.Assignment{Item: it.ID, Scope: tariff.ToProject, From: 20261101})
		return err
	})
	mustBe(t, err, nil)
	w.released(t, 202611)
}

// released runs a month and releases it.
func (w *world) released(t *testing.T, month clock.Month) billing.Run {
	t.Helper()
	ctx, who := context.Background(), actor.System("test")
	run, err := w.billing.StartRun(ctx, who, w.project, month)
	mustBe(t, err, nil)
	mustBe(t, w.jobs.Drain(ctx), nil)
	run, err = w.billing.Run(ctx, w.d.Reader(ctx), w.project, run.ID)
	mustBe(t, err, nil)
	if run.Lines == 0 {
		return run
	}
	_, err = w.billing.Release(ctx, who, w.project, run.ID, run.Version)
	mustBe(t, err, nil)
	mustBe(t, w.jobs.Drain(ctx), nil)
	return run
}

// TestPayAhead: what is owed and three coming months with one receipt; the run
// leaves them out; a void receipt takes the months back too.
func TestPayAhead(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.monthly(t, 100_00)
		q, err := w.cashier.QuoteAhead(t.Context(), w.project, w.a, billing.AheadAsk{Months: 3})
		mustBe(t, err, nil)
		if q.From != 202612 || q.Until != 202702 || q.Total != 300_00 || q.Allowed != 12 || q.Latest != 202711 {
			t.Fatalf("quote %+v", q)
		}
		in := cashier.Taking{Room: w.a, Pays: cash(499_99), Ahead: &cashier.AheadTaking{Until: q.Until, Total: q.Total}}
		_, err = w.take(t, in)
		mustBe(t, err, cashier.ErrAheadShort)
		in.Pays, in.Ahead.Total = cash(500_00), 299_00
		_, err = w.take(t, in)
		mustBe(t, err, cashier.ErrAheadChanged)
		in.Ahead.Total = q.Total
		r, err := w.take(t, in)
		mustBe(t, err, nil)
		if r.Ahead != 300_00 || r.OwedBefore != 200_00 || r.OwedAfter != 0 || len(r.Lines) != 5 || r.ToPrepay != 0 {
			t.Fatalf("receipt %+v", r)
		}
		again, err := w.cashier.Receipt(t.Context(), w.d.Reader(t.Context()), w.project, r.ID)
		mustBe(t, err, nil)
		if again.Ahead != r.Ahead || again.AheadRun != r.AheadRun || again.Lines[4].How == "" {
			t.Errorf("stored %+v", again)
		}
		if got := w.released(t, 202612); got.Lines != 3 {
			t.Errorf("December charges %d rooms, want the other three", got.Lines)
		}
		_, err = w.cashier.Void(t.Context(), w.teller(), w.project, r.ID, "收错一户")
		mustBe(t, err, nil)
		if s := w.seat(t, w.a); s.Owed != 300_00 { // November of both rooms, December of the other one
			t.Errorf("owed after the void: %d", s.Owed)
		}
		if got := w.released(t, 202612); got.Lines != 1 {
			t.Errorf("December is missing %d rooms, want the one taken back", got.Lines)
		}
	})
}

// TestAheadLimits is case A23: twelve months, and not beyond the contract.
func TestAheadLimits(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.monthly(t, 100_00)
		ask := func(months int) string {
			_, err := w.cashier.QuoteAhead(t.Context(), w.project, w.c, billing.AheadAsk{Months: months})
			if err == nil {
				return "ok"
			}
			f := fault.As(err)
			return f.Code + " " + f.Text
		}
		set := func(st cashier.Setting) {
			t.Helper()
			now, err := w.cashier.Setting(t.Context(), w.d.Reader(t.Context()), w.project)
			mustBe(t, err, nil)
			st.Version = now.Version
			_, err = w.cashier.SetSetting(t.Context(), w.teller(), w.project, st)
			mustBe(t, err, nil)
		}
		for want, months := range map[string]int{"ok": 12, "prepay_beyond_cap 本项目最多预缴 12 个月，这户还可预缴 12 个月，到 2027-11": 13} {
			if got := ask(months); got != want {
				t.Errorf("%d months: %s", months, got)
			}
		}
		set(cashier.Setting{Policy: cashier.PolicyStatutory, AheadMonths: 12, AheadUntil: 20270831})
		if got := ask(12); got != "prepay_beyond_contract 物业服务合同到 2027-08-31 止，这户还可预缴 9 个月，到 2027-08" {
			t.Error(got)
		}
		if got := ask(9); got != "ok" {
			t.Error(got)
		}
		set(cashier.Setting{Policy: cashier.PolicyStatutory, AheadMonths: 12, AheadUntil: 20261230})
		if got := ask(1); got != "prepay_beyond_contract 物业服务合同到 2026-12-30 止，这户已不能再预缴" {
			t.Error(got)
		}
		set(cashier.Setting{Policy: cashier.PolicyStatutory})
		if got := ask(1); !strings.HasPrefix(got, "ahead_off ") {
			t.Error(got)
		}
		_, err := w.cashier.SetSetting(t.Context(), w.teller(), w.project, cashier.Setting{Policy: cashier.PolicyOldest})
		mustBe(t, err, fault.ErrStale)
		_, err = w.cashier.SetSetting(t.Context(), w.teller(), w.project, cashier.Setting{Policy: cashier.PolicyChosen})
		mustBe(t, err, cashier.ErrSetting)
	})
}

// TestPolicies: the agreed order of the project decides and stands on the receipt.
func TestPolicies(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202610, 100_00}, due{w.a, "车位费", 202610, 100_00}, due{w.b, "物业服务费", 202611, 100_00})
		_, err := w.cashier.SetSetting(t.Context(), w.teller(), w.project, cashier.Setting{Policy: cashier.PolicyOldest})
		mustBe(t, err, nil)
		s := w.seat(t, w.a)
		_, err = w.take(t, cashier.Taking{Room: w.a, Charges: []id.ID{s.Open[2].Charge}, Pays: cash(100_00)})
		mustBe(t, err, cashier.ErrNoChoice)
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(150_00)})
		mustBe(t, err, nil)
		if r.Policy != cashier.PolicyOldest || len(r.Lines) != 2 || r.Lines[0].Amount != 100_00 || r.Lines[1].Amount != 50_00 {
			t.Errorf("agreed order: %s %+v", r.Policy, r.Lines)
		}
	})
}

// TestProofs: cash, card and transfer on one receipt, each with its proof; a
// voucher that stands on another receipt is asked back about.
func TestProofs(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 300_00}, due{w.c, "物业服务费", 202611, 300_00})
		mixed := func() []cashier.Pay {
			return []cashier.Pay{{Method: cashier.MethodCash, Amount: 100_00}, {Method: cashier.MethodCard, Amount: 150_00, Terminal: " 01 ", Reference: "000123", Last4: "6688"},
				{Method: cashier.MethodTransfer, Amount: 50_00, Reference: "TR88", On: 20261120}}
		}
		for name, spoil := range map[string]func(p []cashier.Pay){
			"four digits": func(p []cashier.Pay) { p[1].Last4 = "668" }, "digits": func(p []cashier.Pay) { p[1].Last4 = "66a8" },
			"cash has no terminal": func(p []cashier.Pay) { p[0].Terminal = "01" }, "tomorrow": func(p []cashier.Pay) { p[2].On = 20261122 },
			"card has no day": func(p []cashier.Pay) { p[1].On = 20261120 }, "long": func(p []cashier.Pay) { p[1].Terminal = strings.Repeat("1", 21) },
		} {
			pays := mixed()
			spoil(pays)
			_, err := w.take(t, cashier.Taking{Room: w.a, Pays: pays})
			if fault.As(err) == nil || fault.As(err).Code != cashier.ErrPays.Code {
				t.Errorf("%s: %v", name, err)
			}
		}
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: mixed()})
		mustBe(t, err, nil)
		r, err = w.cashier.Receipt(t.Context(), w.d.Reader(t.Context()), w.project, r.ID)
		mustBe(t, err, nil)
		if got := r.Pays[0].Proof() + "|" + r.Pays[1].Proof() + "|" + r.Pays[2].Proof(); got != "|尾号 6688，终端 01，凭证 000123|流水 TR88，2026-11-20" {
			t.Error(got)
		}
		_, err = w.take(t, cashier.Taking{Room: w.c, Pays: mixed()})
		mustBe(t, err, cashier.ErrUnusual)
		if f := fault.As(err); f == nil || f.Text != "凭证号 000123 已在收据 SJ2026-000001（3栋101）用过，请核对后确认" {
			t.Error(err)
		}
		_, err = w.take(t, cashier.Taking{Room: w.c, Pays: mixed(), Confirmed: true})
		mustBe(t, err, nil)
	})
}
