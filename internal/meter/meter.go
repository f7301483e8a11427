// Package meter keeps the meters of rooms and common parts (表计) and what they
// showed: readings (读数), what was used in a month, and the rules of tariffs by
// tier and by band. It knows no fee and no bill. Floor 4. Uses: audit, estate, file, roster.
package meter

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/supply"
	"linli/internal/roster"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "meter", FS: sub}
}

// The rights of this room.
const (
	PermRead    actor.Permission = "meter.read"    // see meters and readings
	PermRecord  actor.Permission = "meter.record"  // enter readings
	PermConfirm actor.Permission = "meter.confirm" // confirm unusual usage
	PermManage  actor.Permission = "meter.manage"  // install, replace and remove meters
)

// What callers are refused for.
var (
	ErrMeter       = fault.New(fault.Invalid, "meter_invalid", "表计填写不完整，请按提示修改")
	ErrNumber      = fault.New(fault.Conflict, "meter_number_taken", "这个表号已在用，请核对表号")
	ErrRemoved     = fault.New(fault.Conflict, "meter_removed", "这块表已拆除，不能再抄")
	ErrReading     = fault.New(fault.Invalid, "reading_invalid", "读数填写不对，请按提示修改")
	ErrDecreased   = fault.New(fault.Conflict, "reading_decreased", "本期读数小于上期，请核对是否抄错或换表")
	ErrReadTwice   = fault.New(fault.Conflict, "reading_exists", "这块表本月已抄过，改读数请选「改读数」")
	ErrOrder       = fault.New(fault.Conflict, "reading_order", "抄表日期早于上一次，请核对日期")
	ErrBilled      = fault.New(fault.Conflict, "reading_billed", "这个月的用量已出账，不能再改；差额会算进下一次抄表")
	ErrNotLast     = fault.New(fault.Conflict, "reading_not_last", "只能改最后一次读数")
	ErrNoReview    = fault.New(fault.Conflict, "reading_no_review", "这次读数不用复核，请刷新后再看")
	ErrNeedsReview = fault.New(fault.Conflict, "usage_needs_review", "用量明显偏大，复核后才能出账")
	ErrNoReading   = fault.New(fault.Conflict, "reading_missing", "本月还没有抄表")
	ErrMoved       = fault.New(fault.Conflict, "reading_moved", "抄表数据刚有变动，请再试一次")
	ErrReason      = fault.New(fault.Invalid, "reason_missing", "请写明原因，2–200 个字")
	ErrPhoto       = fault.New(fault.Invalid, "reading_photo", "没有这张照片，或已用在别的读数上，请重新拍")
	ErrTooMuch     = fault.New(fault.Invalid, "usage_too_large", "用量超出可计算的范围，请核对读数和倍率")
)

// Deps is what the room stands on.
type Deps struct {
	DB     *db.DB
	Audit  *audit.Service
	Estate *estate.Service
	Roster *roster.Service // for the pages of imports; nil without
	Files  *file.Service
	Ring   *crypt.Ring // for the secrets of platforms
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db     *db.DB
	audit  *audit.Service
	estate *estate.Service
	roster *roster.Service
	files  *file.Service
	ring   *crypt.Ring

	collector Collector
	self      id.ID         // of this server among those that share the database
	wake      chan struct{} // told when a platform was set
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, estate: d.Estate, roster: d.Roster, files: d.Files, ring: d.Ring, wake: make(chan struct{}, 1)}
}

// Importers take sheets of readings in, one by kind of meter.
func (s *Service) Importers() []roster.Importer {
	var out []roster.Importer
	for _, k := range supply.Kinds() {
		out = append(out, readings{s: s, kind: k})
	}
	return out
}
