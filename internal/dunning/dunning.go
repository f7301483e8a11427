// Package dunning asks for what is overdue: letters 催缴单 with their proof of
// delivery, calls and visits with what came of them, promises to pay, the bills and
// reminders that go out by themselves, and the clock of limitation. Nothing in it can tie a debt to a gate, a lift, water or
// power. Floor 7. Uses: audit, notify, ledger, estate, billing, latefee.
package dunning

import (
	"context"
	"embed"
	"html/template"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/latefee"
	"linli/internal/ledger"
	"linli/internal/notify"
)

//go:embed migrations/*.sql
var files embed.FS

//go:embed letter.html
var letterPage string

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "dunning", FS: sub}
}

// The rights of this room.
const (
	PermRead    actor.Permission = "dunning.read"
	PermWrite   actor.Permission = "dunning.write"
	PermSetting actor.Permission = "dunning.setting"
)

// What is refused.
var (
	ErrThreat  = fault.New(fault.Invalid, "dunning_threat", "催缴不能牵连门禁、电梯、车辆进出，也不能停水、停电、停气、停暖（民法典第九百四十四条第三款）")
	ErrSetting = fault.New(fault.Invalid, "dunning_setting_invalid", "催缴设置填写不完整，请按提示修改")
	ErrNothing = fault.New(fault.Conflict, "dunning_nothing", "所选房屋没有逾期的费用，不用催缴")
	ErrEvent   = fault.New(fault.Invalid, "dunning_event_invalid", "催缴记录填写不完整，请按提示修改")
)

// Deps are what the room stands on. Company is the name printed on letters;
// nil or an empty name prints none. Notify and
// Jobs are needed for what goes out by itself only.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Billing *billing.Service
	LateFee *latefee.Service
	Notify  *notify.Service
	Jobs    *job.Queue
	Company func(ctx context.Context) (string, error)
	// PayCode draws the code that the addressee of a letter can pay his room with,
	// as SVG; nil or an empty answer leaves it out.
	PayCode func(ctx context.Context, tx *db.Tx, who actor.Actor, project, room, payer id.ID) (string, error)
	// Codes knows who has a page that messages can be laid on; nil lays none.
	Codes Codes
}

// Service is the room.
type Service struct {
	Deps
	paper *template.Template
}

// New builds the room.
func New(d Deps) *Service {
	s := &Service{Deps: d, paper: template.Must(template.New("letter").Parse(letterPage))}
	if d.Jobs != nil {
		s.handleJobs(d.Jobs)
	}
	return s
}
