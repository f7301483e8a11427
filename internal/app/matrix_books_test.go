package app_test

import (
	"fmt"
	"strings"
	"testing"

	"linli/internal/expense"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/dbtest"
	"linli/internal/ledger"
)

// books gives a twin a category and an expense with an attachment that waits.
func (w *matrixWorld) books(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	c, err := w.app.Expense.AddCategory(ctx, who, project, expense.Category{Name: p.canary, Book: expense.Company, Direction: expense.Out, Account: ledger.MainCost})
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.app.Expense.Attach(ctx, who, project, p.canary+".pdf", strings.NewReader(p.canary))
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.app.Expense.Enter(ctx, who, project, expense.Entry{Category: c.ID, Supplier: p.canary, Amount: 100,
		Date: clock.DateOf(w.app.DB.Clock().Now()), PaidFrom: ledger.Cash, File: b.ID})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["category"], p.ids["expense"] = c.ID, d.ID
}

// bookBodies are requests about the books that reach the rules.
func bookBodies(from twin) map[string]string {
	return map[string]string{
		"expense-category-add":        `{"name":"丙","book":"company","direction":"out","account":6401}`,
		"expense-category-edit":       `{"name":"丁","active":true,"version":1}`,
		"expense-enter":               fmt.Sprintf(`{"category_id":%q,"amount":1,"date":%q,"paid_from":"cash"}`, from.ids["category"], clock.DateOf(dbtest.Start())),
		"expense-decide":              `{"approve":true,"version":1}`,
		"expense-withdraw":            `{"version":1}`,
		"book-month-close":            fmt.Sprintf(`{"month":%q}`, clock.DateOf(dbtest.Start()).Month().Add(-1)),
		"book-month-reopen":           fmt.Sprintf(`{"month":%q,"reason":"矩阵测试"}`, clock.DateOf(dbtest.Start()).Month().Add(-1)),
		"expense-void":                `{"reason":"矩阵测试","version":2}`,
		"service-scheme-put":          fmt.Sprintf(`{"from":%q,"kind":"lump"}`, clock.DateOf(dbtest.Start()).Month()),
		"taxpayer-put":                fmt.Sprintf(`{"from":%q,"kind":"small"}`, clock.DateOf(dbtest.Start()).Month()),
		"deposit-settlement-ask":      fmt.Sprintf(`{"deposit_id":%q,"charge_ids":[%q],"settle":1,"agreed":true,"reason":"矩阵测试"}`, from.ids["deposit"], from.ids["charge"]),
		"deposit-settlement-decide":   `{"approve":true,"version":1}`,
		"deposit-settlement-withdraw": `{"version":1}`,
		"deposit-settlement-renew":    `{"version":1}`,
		"deposit-settlement-pay":      `{"version":1}`,
		"termination-decide":          `{"approve":true,"version":1}`,
		"termination-withdraw":        `{"version":1}`,
		"termination-renew":           `{"seen_refund":1,"version":1}`,
	}
}
