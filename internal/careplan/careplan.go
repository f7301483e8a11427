// Package careplan sees that people who need it are called on: a plan 关怀计划
// says which tag is visited every how many days, the list 到期走访 says who is due,
// and a visit 走访 says how somebody was found. Who is visited follows from the tags
// and from who lives where; nothing of it is kept here.
// Floor 7. Uses: audit, estate.
package careplan

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "careplan", FS: sub}
}

// The rights of this room. Whom a plan is about can be sensitive (残疾), so that
// reading is a right of its own.
const (
	PermRead    actor.Permission = "careplan.read"
	PermVisit   actor.Permission = "careplan.visit"
	PermSetting actor.Permission = "careplan.setting"
)

// What is refused.
var (
	ErrPlan      = fault.New(fault.Invalid, "care_plan_invalid", "关怀计划填写不完整，请按提示修改")
	ErrName      = fault.New(fault.Conflict, "care_plan_name_taken", "已有同名的关怀计划，请换个名称")
	ErrEnded     = fault.New(fault.Conflict, "care_plan_ended", "这个关怀计划已结束，请先恢复")
	ErrVisit     = fault.New(fault.Invalid, "care_visit_invalid", "走访记录填写不完整，请按提示修改")
	ErrNobody    = fault.New(fault.NotFound, "care_subject_gone", "这户现在不在这个计划里：已经搬走，或标签已去掉，请刷新")
	ErrNotOwn    = fault.New(fault.Conflict, "care_visit_not_own", "走访记录只有登记的人当天可以撤回；请另记一次走访说明情况")
	ErrVisitText = fault.New(fault.Invalid, "care_visit_text", "符合的住户太多，请把姓名或房号写得更完整")
	ErrWithdrawn = fault.New(fault.Conflict, "care_visit_withdrawn", "这条走访记录已经撤回，请刷新")
)

// Deps are what the room stands on.
type Deps struct {
	DB     *db.DB
	Audit  *audit.Service
	Estate *estate.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db     *db.DB
	audit  *audit.Service
	estate *estate.Service
}

// New builds the room.
func New(d Deps) *Service { return &Service{db: d.DB, audit: d.Audit, estate: d.Estate} }

func (s *Service) today() clock.Date { return clock.DateOf(s.db.Clock().Now()) }
