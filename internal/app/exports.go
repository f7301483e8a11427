package app

import (
	"linli/internal/audit"
	"linli/internal/file"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
)

// exports are the lists of all rooms that can be taken out as tables.
func (a *App) exports() []export.Offer {
	var out []export.Offer
	for _, room := range []func() []export.Offer{a.Estate.Exports, a.Roster.Exports, a.Meter.Exports, a.Reconcile.Exports, a.Payment.Exports, a.Billing.Exports, a.LateFee.Exports, a.Adjust.Exports, a.Correct.Exports, a.Trial.Exports, a.Shared.Exports, a.Tariff.Exports, a.Cashier.Exports, a.Shift.Exports, a.Deposit.Exports, a.Bank.Exports, a.Card.Exports, a.Termination.Exports, a.Bundles.Exports, a.Care.Exports, a.Audit.Exports,
		a.Expense.Exports, a.Invoice.Exports, a.Analytics.Exports, a.Dunning.Exports, a.Notify.Exports} {
		out = append(out, room()...)
	}
	return out
}

// recordExport writes an export to the audit log.
func (a *App) recordExport(tx *db.Tx, n file.Note) {
	a.Audit.Record(tx, audit.Entry{Project: n.Project, Who: n.Who, Action: n.Action, Kind: "export", Subject: n.Subject, Summary: n.Summary, After: n.After})
}
