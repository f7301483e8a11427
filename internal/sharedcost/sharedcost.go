// Package sharedcost splits what the rooms of a unit, building or project bear together
// (公摊): a document weighs the rooms, shares the cost out so that the parts sum to
// the fen, and becomes their charges when it is released; or it is taken back
// whole. Its tables keep the names they had in billing.
// Floor 6. Uses: audit, estate, meter, tariff, billing.
package sharedcost

import (
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
	"linli/internal/kit/fault"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// What is refused.
var (
	ErrInvalid      = fault.New(fault.Invalid, "shared_invalid", "公摊单填写不完整，请按提示修改")
	ErrState        = fault.New(fault.Conflict, "shared_state", "这张公摊单现在不能这样做，请刷新后再看")
	ErrTwice        = fault.New(fault.Conflict, "shared_twice", "这些房屋本月的这项公摊已经分摊过，不能再收一次")
	ErrNoWeights    = fault.New(fault.Conflict, "shared_no_weights", "没有可以分摊的房屋，或权重都是 0")
	ErrNoLoss       = fault.New(fault.Conflict, "shared_no_loss", "总表用量不大于分表合计，没有损耗可分摊")
	ErrGivenTwice   = fault.New(fault.Invalid, "shared_given_twice", "有房屋给了不止一个权重，每间房只能给一个")
	ErrGivenUnknown = fault.New(fault.Invalid, "shared_given_unknown", "给定的权重里有房屋不在本项目，请重新核对房号")
	ErrGivenOutside = fault.New(fault.Invalid, "shared_given_outside", "给定的权重里有房屋不在所选的楼栋或单元，请改由谁分摊，或去掉这些房屋")
	ErrLines        = fault.New(fault.Invalid, "shared_lines", "一次最多粘贴 5000 行，请按楼栋分成几张公摊单")
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Estate  *estate.Service
	Meter   *meter.Service
	Tariff  *tariff.Service
	Billing *billing.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	estate  *estate.Service
	meter   *meter.Service
	tariff  *tariff.Service
	billing *billing.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, estate: d.Estate, meter: d.Meter, tariff: d.Tariff, billing: d.Billing}
}

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer { return []export.Offer{s.offer()} }
