// Package notify is the outbox: messages written in the transaction of the
// business that sends them, and delivered by jobs through carriers (mail, SMS),
// or laid on the page of a room 站内消息, with quiet hours, limits per person,
// pauses, a next way when one fails or nobody opens it, and receipts. Callers resolve whom to tell; it knows addresses only.
// Floor 1. Uses: nothing.
package notify

import (
	"context"
	"embed"
	"io/fs"

	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "notify", FS: sub}
}

// The rights of this room.
const (
	PermRead    actor.Permission = "notify.read"    // see messages
	PermWrite   actor.Permission = "notify.write"   // send again, note a wish
	PermSetting actor.Permission = "notify.setting" // accounts, hours, texts
)

// What is refused.
var (
	ErrAccount  = fault.New(fault.Invalid, "notify_account_invalid", "发送账户填写不完整，请按提示修改")
	ErrSetting  = fault.New(fault.Invalid, "notify_setting_invalid", "发送设置填写不完整，请按提示修改")
	ErrTemplate = fault.New(fault.Invalid, "notify_template_invalid", "消息模板填写不完整，请按提示修改")
	ErrState    = fault.New(fault.Conflict, "notify_state", "这条消息正在发送，不能重发，请稍后刷新再看")
	ErrNoNext   = fault.New(fault.Conflict, "notify_no_next", "这条消息住户已经打开，或没有别的渠道可以改发，请刷新再看")
	ErrNoWay    = fault.New(fault.Conflict, "notify_no_account", "还没有启用发送账户，请先在发送设置里填写邮箱或短信账户")
)

// Note is a change for the audit log, which stands beside this room.
type Note struct {
	Project       id.ID
	Who           actor.Actor
	Action, Kind  string
	Subject       id.ID
	Person        id.ID // whose data was touched; 0 is nobody's
	Summary       string
	Before, After any
}

// Deps are what the room stands on. Record writes to the audit log; Lawful
// refuses texts that the law forbids.
type Deps struct {
	DB     *db.DB
	Jobs   *job.Queue
	Ring   *crypt.Ring
	Record func(tx *db.Tx, n Note)
	Lawful func(text string) error
}

// Fresh looks at a message in the moment of sending: the words of now, and
// whether there is still a reason to send it.
type Fresh func(ctx context.Context, q db.Q, project id.ID, m *Message) (Words, bool, error)

// Service is the room.
type Service struct {
	Deps
	carriers map[string]Carrier
	order    []string
	fresh    Fresh
	pages    Pages
}

// New builds the room and names its jobs.
func New(d Deps) *Service {
	s := &Service{Deps: d, carriers: map[string]Carrier{}}
	if d.Jobs != nil {
		s.handleJobs(d.Jobs)
	}
	return s
}

// Plug fills the sockets while the house is built: who looks at messages
// before they go, and the carriers in the order they are preferred.
func (s *Service) Plug(fresh Fresh, carriers ...Carrier) {
	s.fresh = fresh
	for _, c := range carriers {
		s.carriers[c.Key()] = c
		s.order = append(s.order, c.Key())
	}
}
