package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/adjust"
	"linli/internal/analytics"
	"linli/internal/app"
	"linli/internal/bank"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/expense"
	"linli/internal/identity"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
	"linli/internal/roster"
	"linli/internal/tariff"
	"linli/internal/termination"
)

// figuresOf is everything that reports, vouchers and the book say of the months
// from one to another, as of the last day: what a closed month locks.
func figuresOf(t *testing.T, a *app.App, project id.ID, from, until clock.Month) string {
	t.Helper()
	ctx, q := t.Context(), a.DB.Reader(t.Context())
	p := analytics.Period{From: from, Until: until, On: until.Last()}
	var out strings.Builder
	tell := func(x any, err error) {
		t.Helper()
		if err == nil {
			err = json.NewEncoder(&out).Encode(x)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	profit, err := a.Analytics.Profit(ctx, project, p)
	tell(profit, err)
	standing, err := a.Analytics.Standing(ctx, project, p)
	tell(standing, err)
	vouchers, err := a.Analytics.Vouchers(ctx, q, project, p)
	tell(vouchers, err)
	for _, of := range []string{"COUNT(*) FROM ledger_posting WHERE project_id = ? AND date", "SUM(amount * (id % 1000003)) FROM ledger_posting WHERE project_id = ? AND date",
		"SUM(amount) FROM ledger_day WHERE project_id = ? AND date", "COUNT(*) FROM cashier_receipt WHERE project_id = ? AND date",
		"SUM(amount) FROM cashier_receipt WHERE project_id = ? AND date", "COUNT(*) FROM expense_doc WHERE project_id = ? AND posted_on > 0 AND posted_on",
		"SUM(amount + 3 * waived + 7 * carried + 11 * paid) FROM billing_due_day WHERE project_id = ? AND day"} {
		sum := "CAST(COALESCE(" + strings.Replace(of, " FROM", ", 0) AS BIGINT) FROM", 1)
		fmt.Fprintln(&out, of, sumOf(t, a.DB, fmt.Sprintf("SELECT %s <= %d", sum, until.Last()), project))
	}
	return out.String()
}

// differ names the first place where two texts part.
func differ(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	from := max(0, n-80)
	return fmt.Sprintf("…%q\nnow …%q", a[from:min(len(a), n+80)], b[from:min(len(b), n+80)])
}

// closedWorld is a project with two rooms whose January and February are full
// and closed; it is the fifth of March.
type closedWorld struct {
	*adjustWorld
	neighbour  id.ID
	opening    id.ID // the import of opening arrears
	item, once id.ID
	receipts   map[string]cashier.Receipt
	deposits   []deposit.Deposit
	expense    expense.Doc
	waiver     latefee.Waiver
	singles    []adjust.Doc
	rows       []bank.Row
	before     string
}

func (w *closedWorld) seat(room id.ID) *cashier.Seat {
	w.t.Helper()
	s, err := w.app.Cashier.Seat(w.t.Context(), w.project, room)
	w.must(err)
	return s
}

// fill lives through two months and closes them.
func (w *closedWorld) fill() {
	w.t.Helper()
	ctx := w.t.Context()
	var building id.ID
	var err error
	w.project, building, err = w.caseWorld.project(ctx)
	w.must(err)
	w.room, err = w.caseWorld.room(ctx, w.project, building, "101", "89.5", 0)
	w.must(err)
	w.neighbour, err = w.caseWorld.room(ctx, w.project, building, "102", "100", 0)
	w.must(err)
	w.item = w.priced(20260101, 2_500_000)
	_, err = w.lateTerms(ctx, w.project, w.item, 20260101, penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.LPR4})
	w.must(err)
	w.once = w.adjustWorld.once("门禁卡")
	w.must(w.taxRate(w.item, 20260101, 600))
	_, err = w.app.Analytics.SetTaxpayer(ctx, w.who, w.project, analytics.Taxpayer{From: 202601, Kind: analytics.General})
	w.must(err)
	w.must(w.bill(ctx, w.project, 202601))
	w.now.Set(clock.Date(20260120).Start().Add(9 * time.Hour))
	w.receipts = map[string]cashier.Receipt{}
	for _, r := range []struct {
		name   string
		room   id.ID
		method cashier.Method
		amount money.Fen
	}{{"ahead", w.room, cashier.MethodCash, 300_00}, {"red", w.neighbour, cashier.MethodTransfer, 50_00}, {"void", w.neighbour, cashier.MethodCash, 100_00}} {
		if r.name == "void" {
			w.must(w.closed(ctx, w.project)) // the others are of a shift that is closed
		}
		w.receipts[r.name], err = w.take(ctx, w.project, r.room, r.method, r.amount)
		w.must(err)
	}
	for range 3 {
		d, _, err := w.app.Deposit.Take(ctx, w.who, w.project, deposit.Taking{Kind: deposit.KindKeys, Room: w.room, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 50_00}}})
		w.must(err)
		w.deposits = append(w.deposits, d)
	}
	list, err := w.app.Expense.AddCommon(ctx, w.who, w.project)
	w.must(err)
	w.expense, err = w.app.Expense.Enter(ctx, w.who, w.project, expense.Entry{Category: list[0].ID, Amount: 7_77, Date: 20260119, PaidFrom: ledger.Cash})
	w.must(err)
	w.expense, err = w.app.Expense.Decide(ctx, w.who, w.project, w.expense.ID, true, "", w.expense.Version)
	w.must(err)
	w.must(w.app.DB.Write(ctx, func(tx *db.Tx) (err error) {
		w.waiver, err = w.app.LateFee.AskWaiver(ctx, tx, w.who, w.project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: w.seat(w.neighbour).Open[0].Charge, Amount: 1_00, Reason: "漏水"})
		return err
	}))
	for range 2 {
		d, err := w.single(w.who, w.once, 20_00)
		w.must(err)
		w.singles = append(w.singles, d)
	}
	text := "交易日期,借方发生额,贷方发生额,对方户名,对方账号,摘要,交易附言,交易流水号\n"
	for i, amount := range []string{"30.00", "40.00", "50.00", "60.00"} {
		text += fmt.Sprintf("2026-01-1%d,,%s,王某,6222000011112222,转账,,LS%d\n", 5+i, amount, i)
	}
	_, err = w.app.Bank.Import(ctx, w.who, w.project, "明细.csv", strings.NewReader(text), int64(len(text)))
	w.must(err)
	rows, err := w.app.Bank.Rows(ctx, w.project, bank.Filter{Request: page.Request{Limit: 10}})
	w.must(err)
	w.rows = rows.Items
	w.must(w.bill(ctx, w.project, 202602))
	w.now.Set(clock.Date(20260305).Start().Add(9 * time.Hour))
	for _, m := range []clock.Month{202601, 202602} {
		w.must(w.app.Analytics.CloseMonth(ctx, w.who, w.project, m))
	}
	w.before = figuresOf(w.t, w.app, w.project, 202601, 202602)
}

func (w *adjustWorld) taxRate(item id.ID, from clock.Date, rate int) error {
	return w.app.Invoice.SetTax(w.t.Context(), w.who, w.project, invoice.Tax{Item: item, From: from, Rate: rate, Code: "3040801010000000000", Short: "企业管理服务"})
}

func (w *closedWorld) lpr(tx *db.Tx, from clock.Date, rate int64) error {
	return w.app.LateFee.AddLPR(w.t.Context(), tx, w.who, w.project, penalty.LPR{From: from, Rate: rate, Source: "全国银行间同业拆借中心公布"})
}

func (w *closedWorld) postedOpen() int64 {
	w.t.Helper()
	return int64(sumOf(w.t, w.app.DB, "SELECT COUNT(*) FROM ledger_posting WHERE project_id = ? AND date >= 20260301", w.project))
}

// refunds asks, approves and pays.
func (w *closedWorld) refunds(in cashier.RefundAsk) error {
	in.Reason = "退款"
	f, err := w.app.Cashier.AskRefund(w.t.Context(), clerk(7), w.project, in)
	if err == nil {
		f, err = w.app.Cashier.DecideRefund(w.t.Context(), clerk(8), w.project, f.ID, true, "", f.Version)
	}
	if err == nil {
		_, _, err = w.app.Cashier.PayRefund(w.t.Context(), clerk(7), w.project, f.ID, f.Version)
	}
	return err
}

// locked is one way that could reach a closed month.
type locked struct {
	name string
	want string // code of the refusal, "posts" in the open month, or "" for what posts nothing
	do   func() error
}

func (w *closedWorld) ways() []locked {
	ctx, q := w.t.Context(), w.app.DB.Reader(w.t.Context())
	write := func(fn func(tx *db.Tx) error) error { return w.app.DB.Write(ctx, fn) }
	return slices.Concat([]locked{
		{"red document of a charge of January", "posts", func() error {
			c, err := w.app.Billing.Charge(ctx, q, w.project, w.singles[0].Charge)
			w.must(err)
			_, err = w.red(&c, false)
			return err
		}},
		{"late fee with a day of February", ledger.ErrMonthClosed.Code, func() error {
			return write(func(tx *db.Tx) error {
				fees, err := w.app.LateFee.Fees(ctx, tx, w.project, []id.ID{w.neighbour}, 20260228)
				w.must(err)
				_, err = w.app.LateFee.Charge(ctx, tx, w.who, w.project, 20260228, []latefee.Take{{ID: tx.NewID(), Fee: fees[0], Amount: 1}})
				return err
			})
		}},
	}, w.counterWays(), w.moneyWays(), []locked{
		{"release of a run of January", "posts", func() error {
			w.must(w.charge(ctx, w.project, w.room, "垃圾费", fee{basis: tariff.Fixed, cycle: "month", from: 20260101, until: 20260131, unit: money.OneFen, habit: tariff.Actual,
				rates: []tariff.Rate{{From: 20260101, Price: 8_000_000}}}))
			run, err := w.app.Billing.StartRun(ctx, w.who, w.project, 202601)
			w.must(err)
			w.must(w.app.Jobs.Drain(ctx))
			if run, err = w.app.Billing.Run(ctx, q, w.project, run.ID); err == nil {
				_, err = w.app.Billing.Release(ctx, w.who, w.project, run.ID, run.Version)
			}
			w.must(w.app.Jobs.Drain(ctx))
			return err
		}},
		{"withdrawal of that run", "posts", func() error {
			list, err := w.app.Billing.Runs(ctx, q, w.project, 202601, page.Request{Limit: 10})
			w.must(err)
			i := slices.IndexFunc(list.Items, func(r billing.Run) bool { return r.State == billing.Released && r.Amount == 8_00 })
			_, err = w.app.Billing.Withdraw(ctx, w.who, w.project, list.Items[i].ID, list.Items[i].Version, "录错了")
			w.must(w.app.Jobs.Drain(ctx))
			return err
		}},
		{"single charge for January", "posts", func() error { _, err := w.single(w.who, w.once, 5_00); return err }},
		{"correction of February, and its undo", "posts", func() error {
			w.must(write(func(tx *db.Tx) error { return w.rate(tx, w.item, 20260201, 2_800_000) }))
			d, err := w.correct(picks(w.differences(202602, 202602)))
			if err == nil {
				_, err = w.voids(d)
			}
			return err
		}},
		{"waiver asked in January", "posts", func() error {
			return write(func(tx *db.Tx) error {
				_, err := w.app.LateFee.DecideWaiver(ctx, tx, actor.Actor{Account: 9, Name: "甲"}, w.project, w.waiver.ID, true, "", w.waiver.Version)
				return err
			})
		}},
		{"opening arrears of January", "posts", func() error {
			im, err := w.app.Roster.StartImportOf(ctx, w.who, w.project, billing.KindOpening, "期初.csv",
				strings.NewReader("房号,费用项目,开始日期,结束日期,应收金额,备注\n"+w.seat(w.room).Room.Label+",物业服务费,2025-12-01,2025-12-31,300.05,旧系统\n"))
			w.must(err)
			w.must(w.app.Jobs.Drain(ctx))
			_, err = w.app.Roster.ApplyImport(ctx, w.who, w.project, im.ID, roster.ApplyOptions{})
			w.must(w.app.Jobs.Drain(ctx))
			w.opening = im.ID
			return err
		}},
		{"that import taken back", "posts", func() error {
			_, err := w.app.Roster.UndoImport(ctx, w.who, w.project, w.opening)
			w.must(w.app.Jobs.Drain(ctx))
			return err
		}},
		{"scheme of the company from January on", ledger.ErrMonthClosed.Code, func() error {
			_, err := w.app.Analytics.SetScheme(ctx, w.who, w.project, analytics.Scheme{From: 202602, Kind: analytics.Commission, Rate: 1000, Source: "合同"})
			return err
		}},
		{"scheme from March on", "", func() error {
			_, err := w.app.Analytics.SetScheme(ctx, w.who, w.project, analytics.Scheme{From: 202603, Kind: analytics.Commission, Rate: 1000, Source: "合同"})
			return err
		}},
		{"kind of taxpayer from January on", ledger.ErrMonthClosed.Code, func() error {
			_, err := w.app.Analytics.SetTaxpayer(ctx, w.who, w.project, analytics.Taxpayer{From: 202601, Kind: analytics.Small})
			return err
		}},
		{"tax rate of another day of February", ledger.ErrMonthClosed.Code, func() error { return w.taxRate(w.item, 20260228, 900) }},
		{"tax rate of January put right", ledger.ErrMonthClosed.Code, func() error { return w.taxRate(w.item, 20260101, 900) }},
		{"tax code of January put right", "", func() error {
			return w.app.Invoice.SetTax(ctx, w.who, w.project, invoice.Tax{Item: w.item, From: 20260101, Rate: 600, Code: "3040802000000000000", Short: "物业管理"})
		}},
		{"tax rate from March on", "", func() error { return w.taxRate(w.item, 20260301, 900) }},
		{"higher LPR of January", ledger.ErrMonthClosed.Code, func() error { return write(func(tx *db.Tx) error { return w.lpr(tx, 20260120, 350) }) }},
		{"lower LPR of January", "", func() error { return write(func(tx *db.Tx) error { return w.lpr(tx, 20260120, 250) }) }},
		{"LPR of a day to come", latefee.ErrLPR.Code, func() error { return write(func(tx *db.Tx) error { return w.lpr(tx, 20260320, 250) }) }},
		{"closing again", ledger.ErrMonthClosed.Code, func() error { return w.app.Analytics.CloseMonth(ctx, w.who, w.project, 202602) }},
		{"a posting of February by itself", ledger.ErrMonthClosed.Code, func() error {
			return write(func(tx *db.Tx) error {
				return w.app.Ledger.Post(ctx, tx, w.project, []ledger.Posting{{DocKind: ledger.DocExpense, Doc: 7, Date: 20260228, Debit: ledger.MainCost, Credit: ledger.Cash, Amount: 1}})
			})
		}},
	})
}

func (w *closedWorld) counterWays() []locked {
	ctx := w.t.Context()
	return []locked{
		{"receipt of January void, its shift still open", "posts", func() error {
			_, err := w.app.Cashier.Void(ctx, w.who, w.project, w.receipts["void"].ID, "收错")
			return err
		}},
		{"receipt of January red", "posts", func() error {
			return w.refunds(cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: w.receipts["red"].ID})
		}},
		{"a part of it given back", "posts", func() error {
			return w.refunds(cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: w.receipts["ahead"].ID, Amount: 10_00, Method: cashier.MethodCash})
		}},
		{"prepaid money given back", "posts", func() error {
			return w.refunds(cashier.RefundAsk{Kind: cashier.RefundPrepaid, Room: w.room, Amount: 10_00, Method: cashier.MethodCash})
		}},
		{"receipt of today for February", "posts", func() error { _, err := w.take(ctx, w.project, w.neighbour, cashier.MethodCash, 60_00); return err }},
		{"receipt rounded down", "posts", func() error {
			set, err := w.app.Cashier.Setting(ctx, w.app.DB.Reader(ctx), w.project)
			w.must(err)
			set.RoundTo = 100
			_, err = w.app.Cashier.SetSetting(ctx, w.who, w.project, set)
			w.must(err)
			s := w.seat(w.room)
			all := s.Owed + s.LateOwed
			_, err = w.app.Cashier.Receive(ctx, w.who, w.project, cashier.Taking{Room: w.room, ExpectedOwed: s.Owed, Confirmed: true, Rounded: all % 100,
				Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: all - all%100}}})
			return err
		}},
		{"deposit deducted", "posts", func() error {
			_, err := w.app.Deposit.Deduct(ctx, w.who, w.project, w.deposits[0].ID, 5_00, "钥匙未还", w.deposits[0].Version)
			return err
		}},
		{"deposit given back", "posts", func() error {
			return w.refunds(cashier.RefundAsk{Kind: cashier.RefundHeld, Deposit: w.deposits[1].ID, Amount: 50_00, Method: cashier.MethodCash})
		}},
		{"deposit pays what is owed", "posts", func() error {
			_, err := w.single(w.who, w.once, 15_00)
			w.must(err)
			x, err := w.app.Deposit.AskSettle(ctx, clerk(7), w.project, deposit.SettleAsk{Deposit: w.deposits[2].ID, Charges: []id.ID{w.seat(w.room).Open[0].Charge}, Settle: 5_00,
				Reason: "退租", Agreed: true})
			w.must(err)
			x, err = w.app.Deposit.DecideSettle(ctx, clerk(8), w.project, x.ID, true, "", x.Version)
			w.must(err)
			_, err = w.app.Deposit.PaySettle(ctx, clerk(7), w.project, x.ID, x.Version)
			return err
		}},
	}
}

func (w *closedWorld) moneyWays() []locked {
	ctx := w.t.Context()
	return []locked{
		{"expense of January reversed", "posts", func() error {
			_, err := w.app.Expense.Void(ctx, w.who, w.project, w.expense.ID, "重复", w.expense.Version)
			return err
		}},
		{"expense entered now with a day of January", "posts", func() error {
			d, err := w.app.Expense.Enter(ctx, w.who, w.project, expense.Entry{Category: w.expense.Category, Amount: 3_33, Date: 20260118, PaidFrom: ledger.Bank})
			if err == nil {
				_, err = w.app.Expense.Decide(ctx, w.who, w.project, d.ID, true, "", d.Version)
			}
			return err
		}},
		{"bank row of January received", "posts", func() error {
			_, err := w.app.Bank.Receive(ctx, w.who, w.project, w.rows[0].ID, bank.Taking{Room: w.neighbour, ExpectedOwed: w.seat(w.neighbour).Owed, Confirmed: true})
			return err
		}},
		{"bank row of January held", "posts", func() error {
			_, err := w.app.Bank.PutAside(ctx, w.who, w.project, w.rows[1].ID, bank.StateHeld, "待查")
			return err
		}},
		{"that row sent back on a day of January", "posts", func() error {
			_, err := w.app.Bank.Return(ctx, w.who, w.project, w.rows[1].ID, w.rows[1].Date, "退回")
			return err
		}},
		{"that row taken back, the holding as well", "", func() error { _, err := w.app.Bank.Reopen(ctx, w.who, w.project, w.rows[1].ID); return err }},
		{"cash of January brought to the bank", "posts", func() error {
			_, err := w.app.Bank.PutAside(ctx, w.who, w.project, w.rows[2].ID, bank.StateCash, "现金送存")
			return err
		}},
		{"that taken back", "posts", func() error { _, err := w.app.Bank.Reopen(ctx, w.who, w.project, w.rows[2].ID); return err }},
		{"bank row put aside", "", func() error {
			_, err := w.app.Bank.PutAside(ctx, w.who, w.project, w.rows[3].ID, bank.StateAside, "员工还款")
			return err
		}},
	}
}

// A closed month locks its figures whatever is done afterwards: each way is
// refused or posts in the open month. Source: domain 4, month close with locked
// figures.
func TestClosedMonthsAreLocked(t *testing.T) {
	inAdjustWorld(t, func(a *adjustWorld) {
		w := &closedWorld{adjustWorld: a}
		w.fill()
		for _, way := range w.ways() {
			posted := w.postedOpen()
			err := way.do()
			if now := figuresOf(t, w.app, w.project, 202601, 202602); now != w.before {
				t.Fatalf("%s: the closed months changed: %s", way.name, differ(w.before, now))
			}
			more := w.postedOpen() - posted
			switch f := fault.As(err); {
			case way.want == "posts" && (err != nil || more <= 0):
				t.Errorf("%s: %d postings in March, %v", way.name, more, err)
			case way.want == "" && (err != nil || more != 0):
				t.Errorf("%s: %d postings in March, %v", way.name, more, err)
			case way.want != "posts" && way.want != "" && (f == nil || f.Code != way.want || more != 0):
				t.Errorf("%s: %v, %d postings in March; want %s", way.name, err, more, way.want)
			}
		}
	})
}

// The first rate of a fee item may begin in a closed month: without it the vouchers
// of the month could not leave the house, and its receipts have no invoice.
func TestFirstTaxRateInAClosedMonth(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx := t.Context()
		_, err := w.app.Analytics.SetTaxpayer(ctx, w.who, w.project, analytics.Taxpayer{From: 202601, Kind: analytics.General})
		w.must(err)
		w.now.Set(clock.Date(20260305).Start())
		w.must(w.app.Analytics.CloseMonth(ctx, w.who, w.project, 202601))
		item, untaxed := w.open()[0].Item, func() int {
			t.Helper()
			v, err := w.app.Analytics.Vouchers(ctx, w.app.DB.Reader(ctx), w.project, analytics.Period{From: 202601, Until: 202601})
			w.must(err)
			return len(v.Untaxed)
		}
		if untaxed() != 1 {
			t.Fatalf("%d items without a rate", untaxed())
		}
		w.must(w.taxRate(item, 20260101, 600))
		if untaxed() != 0 {
			t.Error("the rate does not count")
		}
		err = w.taxRate(item, 20260131, 900)
		wantErr(t, err, ledger.ErrMonthClosed)
		if text := fault.As(err).Text; text != "2026-01 已月结，它的报表和凭证不能再变；请从 2026-02 起，或先反结账" {
			t.Errorf("says %s", text)
		}
		w.must(w.taxRate(item, 20260201, 900))
	})
}

// Months that were paid ahead and closed stay so when the rest is given back.
func TestClosedMonthsAndTermination(t *testing.T) {
	inYearWorld(t, func(w *yearWorld) {
		ctx := w.t.Context()
		w.now.Set(clock.Date(20260110).Start())
		w.pay(2947_06)
		w.now.Set(clock.Date(20260520).Start())
		for m := clock.Month(202601); m <= 202604; m++ {
			w.must(w.app.Analytics.CloseMonth(ctx, w.who, w.project, m))
		}
		before := figuresOf(t, w.app, w.project, 202601, 202604)
		d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, w.asks(termination.Reprice))
		w.must(err)
		d, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version)
		w.must(err)
		f, err := w.app.Cashier.Refund(ctx, w.project, d.Parts[0].Refund)
		w.must(err)
		_, _, err = w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version)
		w.must(err)
		if now := figuresOf(t, w.app, w.project, 202601, 202604); now != before {
			t.Errorf("the closed months changed: %s", differ(before, now))
		}
	})
}

// Whatever operation of the document an administrator tries, the closed months
// of the project say what they said.
func TestClosedMonthsBesideEveryOperation(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, now *clock.Manual) {
		ctx, project := t.Context(), w.a.ids["project"]
		now.Set(clock.Date(20270105).Start().Add(9 * time.Hour))
		s, err := w.app.Identity.SignIn(ctx, actor.Actor{Address: "test"}, identity.Credentials{Login: "m_head", Password: matrixPassword})
		if err != nil {
			t.Fatal(err)
		}
		w.tokens["head"] = s.Token
		if _, err := w.app.Expense.Decide(ctx, actor.System("test"), project, w.a.ids["expense"], true, "", 1); err != nil {
			t.Fatal(err)
		}
		for _, m := range []clock.Month{202611, 202612} {
			if err := w.app.Analytics.CloseMonth(ctx, actor.System("test"), project, m); err != nil {
				t.Fatal(err)
			}
		}
		before, worked := figuresOf(t, w.app, project, 202611, 202612), 0
		for _, e := range endpoints(w.app) {
			if e.method == "GET" || !e.project || e.op == "book-month-reopen" || e.op == "expense-category-edit" {
				continue // months are open again, names are those of today
			}
			kind, body := e.body(w.a)
			if b, ok := w.deskBodies(t, w.a)[e.op]; ok {
				kind, body = "application/json", b
			}
			status, text := w.call(t, "head", e.method, e.fill(project, w.a), kind, body)
			if err := w.app.Jobs.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			if status < 300 {
				worked++
			}
			if after := figuresOf(t, w.app, project, 202611, 202612); after != before {
				t.Errorf("%s (%d %s) changed a closed month: %s", e.op, status, text, differ(before, after))
				before = after
			}
		}
		if worked < 40 {
			t.Errorf("only %d operations did anything", worked)
		}
		sound(t, w.app, project)
	})
}
