package expense_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/expense"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/ledger"
)

const project = id.ID(7)

type world struct {
	*testing.T
	db       *db.DB
	now      *clock.Manual
	ledger   *ledger.Service
	expense  *expense.Service
	li, zhou actor.Actor
	kinds    map[string]id.ID
}

func each(t *testing.T, f func(w *world)) {
	t.Helper()
	all := []db.Migrations{job.Migrations(), audit.Migrations(), file.Migrations(), ledger.Migrations(), expense.Migrations()}
	dbtest.Run(t, all, func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := &world{T: t, db: d, now: now, ledger: ledger.New(ledger.Deps{DB: d}), li: actor.Actor{Account: 11, Name: "李雪梅"}, zhou: actor.Actor{Account: 12, Name: "周敏"},
			kinds: map[string]id.ID{}}
		now.Set(clock.Date(20261121).Start().Add(10 * time.Hour))
		w.expense = expense.New(expense.Deps{DB: d, Ledger: w.ledger, Files: file.New(file.Deps{DB: d, Dir: t.TempDir()}),
			Audit: audit.New(audit.Deps{DB: d, Key: []byte("01234567890123456789012345678901")})})
		list, err := w.expense.AddCommon(t.Context(), w.zhou, project)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			w.kinds[c.Name] = c.ID
		}
		f(w)
		w.wantSound()
	})
}

func (w *world) wantSound() {
	w.Helper()
	got, err := w.expense.Broken(w.Context(), project)
	book, err2 := w.ledger.Broken(w.Context(), project)
	if err := errors.Join(err, err2); err != nil || len(got)+len(book) > 0 {
		w.Errorf("broken: %v %v, %v", got, book, err)
	}
}

func (w *world) enter(kind string, amount int, day clock.Date) expense.Doc {
	w.Helper()
	d, err := w.expense.Enter(w.Context(), w.li, project, expense.Entry{Category: w.kinds[kind], Supplier: "洁丽保洁公司", Amount: 100, Date: day, PaidFrom: ledger.Bank})
	if amount != 100 {
		d, err = w.expense.Enter(w.Context(), w.li, project, expense.Entry{Category: w.kinds[kind], Supplier: "绿城广告", Amount: 6000000, Date: day, PaidFrom: ledger.Cash})
	}
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *world) balances() string {
	w.Helper()
	m, err := w.ledger.Balances(w.Context(), w.db.Reader(w.Context()), project, 0)
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	for _, a := range []ledger.Account{ledger.Cash, ledger.Bank, ledger.PublicFund, ledger.MainCost} {
		out = append(out, fmt.Sprint(int64(m[a])))
	}
	return strings.Join(out, " ")
}

// One person enters, another approves, and only then is it in the book; a
// reversing document takes it out and both numbers stay.
func TestExpenseNeedsTwoPeople(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		d := w.enter("保洁费", 100, 20261120)
		if w.balances() != "0 0 0 0" {
			t.Errorf("posted before anybody approved: %s", w.balances())
		}
		for i, step := range []struct {
			do   func() (expense.Doc, error)
			want error
		}{
			{func() (expense.Doc, error) { return w.expense.Decide(ctx, w.li, project, d.ID, true, "", 1) }, expense.ErrOwn},
			{func() (expense.Doc, error) { return w.expense.Decide(ctx, w.zhou, project, d.ID, false, " ", 1) }, expense.ErrReason},
			{func() (expense.Doc, error) { return w.expense.Decide(ctx, w.zhou, project, d.ID, true, "", 9) }, fault.ErrStale},
			{func() (expense.Doc, error) { return w.expense.Decide(ctx, w.zhou, 8, d.ID, true, "", 1) }, fault.ErrNotFound},
			{func() (expense.Doc, error) { return w.expense.Withdraw(ctx, w.zhou, project, d.ID, 1) }, expense.ErrNotAsker},
			{func() (expense.Doc, error) { return w.expense.Void(ctx, w.zhou, project, d.ID, "录错", 1) }, expense.ErrState},
			{func() (expense.Doc, error) { return w.expense.Decide(ctx, w.zhou, project, d.ID, true, "", 1) }, nil},
			{func() (expense.Doc, error) { return w.expense.Decide(ctx, w.zhou, project, d.ID, true, "", 2) }, expense.ErrState},
			{func() (expense.Doc, error) { return w.expense.Withdraw(ctx, w.li, project, d.ID, 2) }, expense.ErrState},
			{func() (expense.Doc, error) { return w.expense.Void(ctx, w.zhou, project, d.ID, "", 2) }, expense.ErrReason},
		} {
			if _, err := step.do(); !errors.Is(err, step.want) {
				t.Errorf("step %d: %v, want %v", i, err, step.want)
			}
		}
		got, err := w.expense.Doc(ctx, project, d.ID)
		if err != nil || got.Number != "ZC2026-000001" || got.PostedOn != 20261120 || w.balances() != "0 -100 0 100" {
			t.Errorf("approved: %+v %v, balances %s", got, err, w.balances())
		}
		w.now.Advance(24 * time.Hour)
		got, err = w.expense.Void(ctx, w.zhou, project, d.ID, "录错金额", 2)
		if err != nil || got.VoidNumber != "ZH2026-000001" || got.Number != "ZC2026-000001" || w.balances() != "0 0 0 0" {
			t.Errorf("reversed: %+v %v, balances %s", got, err, w.balances())
		}
	})
}

// Income and cost of the common parts are the owners' money, not revenue.
func TestCommonPartsAreNotRevenue(t *testing.T) {
	each(t, func(w *world) {
		for kind, amount := range map[string]int{"公共部位广告收入": 60000, "公共收益成本": 100} {
			d := w.enter(kind, amount, 20261121)
			if _, err := w.expense.Decide(t.Context(), w.zhou, project, d.ID, true, "", 1); err != nil {
				t.Fatal(err)
			}
		}
		if w.balances() != "6000000 -100 -5999900 0" {
			t.Errorf("balances %s", w.balances())
		}
		_, err := w.expense.AddCategory(t.Context(), w.zhou, project, expense.Category{Name: "物业费收入", Book: expense.Company, Direction: expense.In})
		if !errors.Is(err, expense.ErrCategory) {
			t.Errorf("income of the company without a bill: %v", err)
		}
		_, err = w.expense.AddCategory(t.Context(), w.zhou, project, expense.Category{Name: "保洁费", Book: expense.Company, Direction: expense.Out, Account: ledger.MainCost})
		if !errors.Is(err, expense.ErrTaken) {
			t.Errorf("a name twice: %v", err)
		}
	})
}

// An expense of a closed month is posted today; what waits is counted by its
// own month, and the list finds what moved the book in a month.
func TestLateExpensesStandInTheOpenMonth(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		early, late := w.enter("保洁费", 100, 20261031), w.enter("维修费", 100, 20261030)
		if n, err := w.expense.Waiting(ctx, w.db.Reader(ctx), project, 202610); err != nil || n != 2 {
			t.Errorf("waiting: %d, %v", n, err)
		}
		approve := func(d expense.Doc, want clock.Date) {
			t.Helper()
			got, err := w.expense.Decide(ctx, w.zhou, project, d.ID, true, "", 1)
			if err != nil || got.PostedOn != want {
				t.Errorf("posted on %s, want %s, %v", got.PostedOn, want, err)
			}
		}
		approve(early, 20261031)
		if err := w.db.Write(ctx, func(tx *db.Tx) error {
			_, err := w.ledger.CloseMonth(ctx, tx, project, 202610, "周敏")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		approve(late, 20261121)
		if _, err := w.expense.Void(ctx, w.zhou, project, early.ID, "重复报销", 2); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			f    expense.Filter
			want expense.Sums
		}{
			{expense.Filter{}, expense.Sums{Count: 2, Amount: 200, Booked: 100}},
			{expense.Filter{BookFrom: 20261001, BookUntil: 20261031}, expense.Sums{Count: 1, Amount: 100, Booked: 100}},
			{expense.Filter{BookFrom: 20261101, BookUntil: 20261130}, expense.Sums{Count: 2, Amount: 200, Booked: 0}},
			{expense.Filter{From: 20261031}, expense.Sums{Count: 1, Amount: 100}},
			{expense.Filter{State: expense.Voided, Category: w.kinds["保洁费"], PaidFrom: ledger.Bank, Book: expense.Company, Direction: expense.Out, Text: "zh2026"},
				expense.Sums{Count: 1, Amount: 100}},
			{expense.Filter{Text: "百分%"}, expense.Sums{}},
		} {
			got, err := w.expense.Sums(ctx, project, c.f)
			list, err2 := w.expense.List(ctx, project, c.f)
			if err := errors.Join(err, err2); err != nil || got != c.want || int64(len(list.Items)) != c.want.Count {
				t.Errorf("%+v: %+v, want %+v, %d listed, %v", c.f, got, c.want, len(list.Items), err)
			}
		}
	})
}

func TestEntriesAreChecked(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		good := expense.Entry{Category: w.kinds["保洁费"], Amount: 1, Date: 20261121, PaidFrom: ledger.Cash}
		b, err := w.expense.Attach(ctx, w.li, project, "发票.pdf", strings.NewReader("%PDF"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.expense.Attach(ctx, w.li, project, "发票.exe", strings.NewReader("MZ")); !errors.Is(err, expense.ErrFile) {
			t.Errorf("a program as an attachment: %v", err)
		}
		for name, c := range map[string]struct {
			spoil func(*expense.Entry)
			want  error
		}{
			"good":        {func(e *expense.Entry) { e.File = b.ID }, nil},
			"no amount":   {func(e *expense.Entry) { e.Amount = 0 }, expense.ErrExpense},
			"minus":       {func(e *expense.Entry) { e.Amount = -1 }, expense.ErrExpense},
			"too much":    {func(e *expense.Entry) { e.Amount = 1 << 60 }, expense.ErrExpense},
			"tomorrow":    {func(e *expense.Entry) { e.Date = 20261122 }, expense.ErrExpense},
			"no day":      {func(e *expense.Entry) { e.Date = 0 }, expense.ErrExpense},
			"no category": {func(e *expense.Entry) { e.Category = 5 }, expense.ErrExpense},
			"from where":  {func(e *expense.Entry) { e.PaidFrom = ledger.Revenue }, expense.ErrExpense},
			"long note":   {func(e *expense.Entry) { e.Note = strings.Repeat("长", 201) }, expense.ErrExpense},
			"no file":     {func(e *expense.Entry) { e.File = 5 }, expense.ErrFile},
		} {
			e := good
			c.spoil(&e)
			d, err := w.expense.Enter(ctx, w.li, project, e)
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			if c.want != nil {
				continue
			}
			f, _, err := w.expense.Attachment(ctx, project, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(f); err != nil || string(text) != "%PDF" {
				t.Errorf("attachment %q, %v", text, err)
			}
			f.Close()
		}
	})
}

// What is changed past the room is named.
func TestBrokenExpensesAreNamed(t *testing.T) {
	each(t, func(w *world) {
		d := w.enter("保洁费", 100, 20261120)
		if _, err := w.expense.Decide(t.Context(), w.zhou, project, d.ID, true, "", 1); err != nil {
			t.Fatal(err)
		}
		spoil := func(text string, args ...any) {
			t.Helper()
			if err := w.db.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(context.WithoutCancel(t.Context()), text, args...)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct{ spoil, mend, want string }{
			{"UPDATE expense_doc SET amount = 99", "UPDATE expense_doc SET amount = 100", "应记账 0.99 元"},
			{"UPDATE expense_doc SET state = 'refused', seq = 0", "UPDATE expense_doc SET state = 'approved', seq = 1", ""},
			{"UPDATE expense_doc SET decided_by = asked_by", "UPDATE expense_doc SET decided_by = 12", "自己批的"},
			{"UPDATE expense_doc SET posted_on = 20261119", "UPDATE expense_doc SET posted_on = 20261120", "记账日期是 2026-11-19"},
		} {
			spoil(c.spoil)
			got, err := w.expense.Broken(t.Context(), project)
			if err != nil || len(got) == 0 || !strings.Contains(strings.Join(got, "|"), c.want) {
				t.Errorf("%s: %v, %v", c.spoil, got, err)
			}
			spoil(c.mend)
		}
	})
}
