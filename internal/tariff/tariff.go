// Package tariff is what a project charges and by which ground: fee items
// (费用项目), their dated prices with the legal source, formulas and prices of
// usage by tier and band, the rooms that an item is assigned to, and discounts.
// It resolves them into one plan per project and month and computes no charge.
//
// Its tables are named billing_noun and made by the migrations of billing,
// because it was cut out of that room (docs/adr/0005); its rights, operations
// and audit acts keep the names they had there. Floor 4. Uses: audit, file, estate.
package tariff

import (
	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
)

// The rights of this room.
const (
	PermRead     actor.Permission = "billing.read"     // see items, prices, assignments and discounts
	PermItem     actor.Permission = "billing.item"     // change them
	PermDiscount actor.Permission = "billing.discount" // approve or refuse discounts that somebody else asked for
)

// What callers are refused for.
var (
	ErrItem        = fault.New(fault.Invalid, "item_invalid", "费用项目填写不完整，请按提示修改")
	ErrItemName    = fault.New(fault.Conflict, "item_name_taken", "已有同名的费用项目，请换个名称，或停用原来的")
	ErrItemUsed    = fault.New(fault.Conflict, "item_used", "这项费用已出过账，计算方式不能再改；请停用后新建一项")
	ErrItemRetired = fault.New(fault.Conflict, "item_retired", "这项费用已停用，请先启用")
	ErrFormula     = fault.New(fault.Invalid, "formula_invalid", "公式写得不对")
	ErrRate        = fault.New(fault.Invalid, "rate_invalid", "单价填写不完整，请按提示修改")
	ErrAssignment  = fault.New(fault.Invalid, "assignment_invalid", "收费范围填写不完整，请按提示修改")
	ErrReason      = fault.New(fault.Invalid, "reason_missing", "请写明原因，2–200 个字")
)

// Deps is what the room stands on.
type Deps struct {
	DB     *db.DB
	Audit  *audit.Service
	Files  *file.Service // pictures of discounts
	Estate *estate.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db     *db.DB
	audit  *audit.Service
	files  *file.Service
	estate *estate.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, files: d.Files, estate: d.Estate}
}

func (s *Service) today() clock.Date { return clock.DateOf(s.db.Clock().Now()) }

func word(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}
