package app

import (
	"slices"

	"linli/internal/adjust"
	"linli/internal/analytics"
	"linli/internal/audit"
	"linli/internal/bank"
	"linli/internal/billing"
	"linli/internal/careplan"
	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/expense"
	"linli/internal/file"
	"linli/internal/identity"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/latefee"
	"linli/internal/meter"
	"linli/internal/notify"
	"linli/internal/paycode"
	"linli/internal/payment"
	"linli/internal/privacy"
	"linli/internal/reconcile"
	"linli/internal/roster"
	"linli/internal/tariff"
)

// roles are the ready-made roles; a grant gives one of them on one project or
// on all. Rights asked on no project (new projects, accounts) need a grant on
// all projects. A right that several roles share stands in the group of the
// work that needs it.
func roles() []identity.Role {
	type rights = []actor.Permission
	look := rights{estate.PermRead, meter.PermRead, billing.PermRead, cashier.PermRead, dunning.PermRead, notify.PermRead, invoice.PermRead, file.PermExport}
	households := rights{estate.PermWrite, roster.PermImport, estate.PermReveal}
	visits := rights{careplan.PermRead, careplan.PermVisit}
	corrections := rights{estate.PermAsk, estate.PermCorrect}
	// Whoever works with people's bills asks for waivers and invoices and sends letters; who is in charge decides.
	remind := rights{latefee.PermWaiverAsk, dunning.PermWrite, notify.PermWrite, invoice.PermAsk, paycode.PermManage}
	decide := rights{latefee.PermWaiver, tariff.PermDiscount, billing.PermRelease, cashier.PermApprove, cashier.PermVoid, deposit.PermChange,
		cashier.PermSetting, dunning.PermSetting, notify.PermSetting}
	counter := rights{adjust.PermCharge, cashier.PermReceive, cashier.PermVoid, cashier.PermRed, deposit.PermChange}
	fees := rights{adjust.PermCharge, tariff.PermItem, billing.PermRun, billing.PermRelease}
	invoices := rights{invoice.PermAsk, invoice.PermIssue}
	meters := rights{meter.PermRecord, meter.PermConfirm, meter.PermManage}
	channels := rights{payment.PermRead, payment.PermHandle, reconcile.PermReconcile}
	spend := rights{expense.PermRead, expense.PermWrite}
	books := rights{expense.PermApprove, analytics.PermRead, cashier.PermReport, audit.PermRead}
	return []identity.Role{
		{Key: "admin", Name: "系统管理员", Permissions: union(look, households, visits, corrections, remind, decide, counter, fees, meters, channels, spend, books, invoices,
			rights{careplan.PermSetting, privacy.PermErase, invoice.PermSetting, audit.PermExport, estate.PermProject, payment.PermMerchant, bank.Perm, file.PermWhole, analytics.PermClose, analytics.PermScheme, analytics.PermReopen, identity.PermManage, PermCare})},
		{Key: "manager", Name: "项目经理", Permissions: union(look, households, visits, corrections, remind, decide, channels, spend, books, invoices,
			rights{careplan.PermSetting, privacy.PermErase, adjust.PermCharge, meter.PermConfirm, file.PermWhole, analytics.PermReopen})},
		{Key: "clerk", Name: "前台客服", Permissions: union(look, households, visits, remind, rights{estate.PermAsk})},
		{Key: "cashier", Name: "收费员", Permissions: union(look, remind, counter, spend, rights{meter.PermRecord, estate.PermAsk})},
		{Key: "accountant", Name: "财务", Permissions: union(look, remind, fees, meters, channels, spend, books, invoices,
			rights{invoice.PermSetting, cashier.PermApprove, bank.Perm, analytics.PermClose, analytics.PermScheme})},
	}
}

// union joins groups of rights; each right stands once.
func union(groups ...[]actor.Permission) []actor.Permission {
	list := slices.Concat(groups...)
	slices.Sort(list)
	return slices.Compact(list)
}
