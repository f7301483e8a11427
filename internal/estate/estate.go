// Package estate holds what is managed and who lives there: projects,
// buildings, units, rooms, people and what they are to a room; and finding a
// household.
// Floor 2. Uses: audit.
package estate

import (
	"context"
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of the room.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "estate", FS: sub}
}

// The rights of this room.
const (
	PermRead    actor.Permission = "estate.read"
	PermWrite   actor.Permission = "estate.write"
	PermReveal  actor.Permission = "estate.reveal"
	PermProject actor.Permission = "estate.project" // asked on all projects
)

// What callers are refused for.
var (
	ErrName       = fault.New(fault.Invalid, "estate_name", "名称要填写，最多 60 个字")
	ErrKind       = fault.New(fault.Invalid, "estate_kind", "类型不在可选范围内")
	ErrArea       = fault.New(fault.Invalid, "estate_area", "面积要在 0–1,000,000 ㎡ 之间")
	ErrFloor      = fault.New(fault.Invalid, "estate_floor", "楼层要在 -20–300 之间")
	ErrDate       = fault.New(fault.Invalid, "estate_date", "日期不正确，请写成 2026-02-03")
	ErrBuilding   = fault.New(fault.Conflict, "estate_building_exists", "这个项目里已有这栋楼")
	ErrUnit       = fault.New(fault.Conflict, "estate_unit_exists", "这栋楼里已有这个单元")
	ErrRoom       = fault.New(fault.Conflict, "estate_room_exists", "已有这间房")
	ErrNoBuilding = fault.New(fault.NotFound, "estate_building_not_found", "没有这栋楼，请先建楼栋")
	ErrNoUnit     = fault.New(fault.NotFound, "estate_unit_not_found", "这栋楼里没有这个单元")
	ErrPart       = fault.New(fault.Invalid, "estate_part", "与房屋的关系应为业主、家属、租户或其他")
	ErrShare      = fault.New(fault.Invalid, "estate_share", "产权份额合计应为 100%")
	ErrOccupant   = fault.New(fault.Conflict, "estate_occupant_exists", "这个人已登记在这间房")
	ErrEnded      = fault.New(fault.Conflict, "estate_occupant_ended", "这条居住记录已经结束")
	ErrEmail      = fault.New(fault.Invalid, "estate_email", "邮箱应形如 name@example.com")
	ErrReason     = fault.New(fault.Invalid, "estate_reason", "请写明查看原因，2–200 个字")
	ErrNoData     = fault.New(fault.NotFound, "estate_no_data", "没有登记这项信息")
	ErrIDTaken    = fault.New(fault.Conflict, "estate_id_taken", "这个身份证号已登记在另一个人名下")
	ErrNoRoom     = fault.New(fault.NotFound, "estate_room_not_found", "没有这间房")
)

// Deps is what the room stands on.
type Deps struct {
	DB    *db.DB
	Audit *audit.Service
	Ring  *crypt.Ring
	// Look counts a look at a full number and refuses one too many; nil counts
	// nothing.
	Look func(ctx context.Context, tx *db.Tx, who actor.Actor) error
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db    *db.DB
	audit *audit.Service
	ring  *crypt.Ring
	look  func(ctx context.Context, tx *db.Tx, who actor.Actor) error
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, ring: d.Ring, look: d.Look}
}
