// Package feebundle keeps sets of fee items that are charged together (套餐) and
// gives a whole set to rooms in one action that can be undone as one: what a
// room has already is left alone, and changing a set later changes no room by
// itself. Items become assignments of tariff, items charged once become single
// charges of adjust.
// Floor 7. Uses: audit, estate, tariff, billing, adjust.
package feebundle

import (
	"embed"
	"io/fs"

	"linli/internal/adjust"
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/tariff"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "feebundle", FS: sub}
}

// What is refused.
var (
	ErrBundle   = fault.New(fault.Invalid, "bundle_invalid", "套餐填写不完整，请按提示修改")
	ErrName     = fault.New(fault.Conflict, "bundle_name_taken", "已有同名的套餐，请换个名称，或启用原来的")
	ErrPart     = fault.New(fault.Invalid, "bundle_item", "这项费用不能放进套餐")
	ErrRetired  = fault.New(fault.Conflict, "bundle_retired", "这个套餐已停用，请先启用")
	ErrGiving   = fault.New(fault.Invalid, "bundle_scope", "给谁填写不完整，请按提示修改")
	ErrNobody   = fault.New(fault.Conflict, "bundle_nobody", "这个范围里没有房屋，请换个范围")
	ErrNothing  = fault.New(fault.Conflict, "bundle_nothing", "没有要加的费用：这些房屋都已有，或现在不能加")
	ErrOnce     = fault.New(fault.Forbidden, "bundle_once", "套餐里有一次性费用，给出时要记一笔应收，请有单笔收费权限的同事来做")
	ErrUndoOnce = fault.New(fault.Forbidden, "bundle_undo_once", "这一次记过一次性费用的应收，撤销要红冲，请有发布账单权限的同事来做")
	ErrUndone   = fault.New(fault.Conflict, "bundle_undone", "这一次已经撤销了，请刷新")
	ErrReason   = fault.New(fault.Invalid, "bundle_reason", "请写明原因，2–200 个字")
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Estate  *estate.Service
	Tariff  *tariff.Service
	Billing *billing.Service
	Adjust  *adjust.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	estate  *estate.Service
	tariff  *tariff.Service
	billing *billing.Service
	adjust  *adjust.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, estate: d.Estate, tariff: d.Tariff, billing: d.Billing, adjust: d.Adjust}
}
