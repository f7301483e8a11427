package bank_test

import (
	"errors"
	"testing"

	"linli/internal/bank"
	"linli/internal/cashier/countertest"
)

type world struct {
	*countertest.World
	bank *bank.Service
}

func run(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	countertest.Run(t, func(t *testing.T, c *countertest.World) {
		w := &world{c, bank.New(bank.Deps{DB: c.DB, Audit: c.Audit, Ledger: c.Ledger, Estate: c.Estate, Cashier: c.Cashier})}
		f(t, w)
		w.Sound(t, w.bank.Broken)
	}, bank.Migrations())
}

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}
