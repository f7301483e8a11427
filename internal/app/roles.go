package app

import (
	"slices"

	"linli/internal/analytics"
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/expense"
	"linli/internal/file"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/meter"
	"linli/internal/notify"
	"linli/internal/payment"
)

// roles are the ready-made roles; a grant gives one of them on one project or
// on all. Rights asked on no project (new projects, accounts) need a grant on
// all projects.
func roles() []identity.Role {
	look := []actor.Permission{estate.PermRead, meter.PermRead, billing.PermRead, cashier.PermRead, file.PermExport}
	asks := []actor.Permission{billing.PermWaiverAsk, dunning.PermRead, dunning.PermWrite, notify.PermRead, notify.PermWrite}
	decides := append(slices.Clone(asks), billing.PermWaiver, dunning.PermSetting, notify.PermSetting)
	with := func(more ...actor.Permission) []actor.Permission { return append(slices.Clone(look), more...) }
	list := []identity.Role{
		{Key: "admin", Name: "系统管理员", Permissions: with(meter.PermRecord, meter.PermConfirm, meter.PermManage, estate.PermWrite, estate.PermImport, estate.PermReveal, estate.PermAsk, estate.PermCorrect, estate.PermProject,
			billing.PermItem, billing.PermRun, billing.PermRelease, billing.PermDiscount, cashier.PermReceive, cashier.PermVoid, cashier.PermRed, cashier.PermApprove, cashier.PermDeposit, cashier.PermReport, cashier.PermSetting,
			payment.PermRead, payment.PermHandle, payment.PermReconcile, payment.PermMerchant, cashier.PermBank, audit.PermRead, file.PermWhole, identity.PermManage, PermCare)},
		{Key: "manager", Name: "项目经理", Permissions: with(meter.PermConfirm, estate.PermWrite, estate.PermImport, estate.PermReveal, estate.PermAsk, estate.PermCorrect, billing.PermRelease, billing.PermDiscount, cashier.PermVoid, cashier.PermApprove, cashier.PermDeposit, cashier.PermReport, cashier.PermSetting,
			payment.PermRead, payment.PermHandle, payment.PermReconcile, audit.PermRead, file.PermWhole)},
		{Key: "clerk", Name: "前台客服", Permissions: with(estate.PermWrite, estate.PermImport, estate.PermReveal, estate.PermAsk)},
		{Key: "cashier", Name: "收费员", Permissions: with(meter.PermRecord, estate.PermAsk, cashier.PermReceive, cashier.PermVoid, cashier.PermRed, cashier.PermDeposit)},
		{Key: "accountant", Name: "财务", Permissions: with(meter.PermRecord, meter.PermConfirm, meter.PermManage, billing.PermItem, billing.PermRun, billing.PermRelease, cashier.PermApprove, cashier.PermReport, cashier.PermBank, payment.PermRead, payment.PermHandle, payment.PermReconcile, audit.PermRead)},
	}
	// Whoever works with people's bills asks for waivers and sends letters; who is in charge decides.
	books := []actor.Permission{expense.PermRead, expense.PermWrite, expense.PermApprove, analytics.PermRead}
	for i := range list {
		switch list[i].Key {
		case "admin":
			list[i].Permissions = append(list[i].Permissions, analytics.PermClose, analytics.PermReopen)
		case "manager":
			list[i].Permissions = append(list[i].Permissions, analytics.PermReopen)
		case "accountant":
			list[i].Permissions = append(list[i].Permissions, analytics.PermClose)
		}
		switch list[i].Key {
		case "admin", "manager", "accountant":
			list[i].Permissions = append(list[i].Permissions, books...)
		case "cashier":
			list[i].Permissions = append(list[i].Permissions, books[:2]...)
		}
		switch list[i].Key {
		case "admin", "manager":
			list[i].Permissions = append(list[i].Permissions, decides...)
		case "clerk", "cashier", "accountant":
			list[i].Permissions = append(list[i].Permissions, asks...)
		}
	}
	return list
}
