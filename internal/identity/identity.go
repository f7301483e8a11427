// Package identity knows the staff: accounts and their passwords, the roles
// granted to them on a project or on all, their sessions, and the first use of
// an empty installation. Accounts belong to the installation, not to a
// project. Floor 2. Uses: audit, notify.
package identity

import (
	"context"
	"crypto/rand"
	"embed"
	"io/fs"
	"log/slog"
	"slices"

	"github.com/alexedwards/scs/v2"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/notify"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of accounts, grants and sessions.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "identity", FS: sub}
}

// PermManage is the right to manage accounts and grants; it is asked on all
// projects, because an account belongs to none.
const PermManage actor.Permission = "identity.manage"

// RoleAdmin is the key of the role that the first account gets on all
// projects; somebody always keeps it.
const RoleAdmin = "admin"

// What people are told.
var (
	ErrWrong        = fault.New(fault.Unauthenticated, "login_wrong", "账号或密码不对")
	ErrLocked       = fault.New(fault.TooMany, "login_locked", "连续输错 5 次，请 15 分钟后再试，或请管理员重置密码")
	ErrBusy         = fault.New(fault.TooMany, "login_busy", "同时登录的人太多，请过几秒再试")
	ErrOldPassword  = fault.New(fault.Invalid, "password_old_wrong", "原密码不对")
	ErrSamePassword = fault.New(fault.Invalid, "password_same", "新密码要和原来的不一样")
	ErrPassword     = fault.New(fault.Invalid, "password_weak", "密码还不符合要求")
	ErrLogin        = fault.New(fault.Invalid, "login_invalid", "登录名为 3 到 32 位字母、数字或下划线")
	ErrLoginTaken   = fault.New(fault.Conflict, "login_taken", "这个登录名已有人用，请换一个")
	ErrName         = fault.New(fault.Invalid, "name_invalid", "姓名要填写，最多 30 个字")
	ErrCompany      = fault.New(fault.Invalid, "company_invalid", "公司名称要填写，最多 60 个字，收据上要用")
	ErrRole         = fault.New(fault.Invalid, "role_unknown", "没有这个角色")
	ErrProject      = fault.New(fault.Invalid, "grant_project_unknown", "没有这个项目，或您不负责这个项目")
	ErrBuildings    = fault.New(fault.Invalid, "grant_buildings_invalid", "限于部分楼栋的角色要选一个项目，并勾选这个项目的 1–200 栋楼")
	ErrGrantTwice   = fault.New(fault.Invalid, "grant_twice", "同一项目的同一角色写了两次，请合成一行")
	ErrLastAdmin    = fault.New(fault.Conflict, "last_admin", "至少要留一位管理员，请先把管理员角色授予别人")
	ErrSetupClosed  = fault.New(fault.Conflict, "setup_closed", "这套系统已有管理员，请直接登录")
	ErrDismissed    = fault.New(fault.Conflict, "account_dismissed", "这个账号已停用，请先恢复")
	ErrActive       = fault.New(fault.Conflict, "account_active", "这个账号正在使用，不用恢复")
)

// maxBuildings bounds the buildings of one grant.
const maxBuildings = 200

// Role is a set of rights: ready-made (ID 0), or of own making.
type Role struct {
	ID          id.ID
	Key         string // what grants call it
	Name        string // Chinese
	Note        string
	Permissions []actor.Permission
	Retired     bool // gives nothing any more
	Version     int64
	Holders     int // active accounts that hold it, where it was counted
}

// ProjectRef is what the console needs to know of a project.
type ProjectRef struct {
	ID   id.ID
	Name string
	Kind string
}

// Deps is what the room stands on.
type Deps struct {
	DB    *db.DB
	Audit *audit.Service
	Roles []Role
	// Rights are all permissions in words; the role RoleAdmin holds every one.
	Rights []Right
	// Projects lists the projects an actor sees; rooms above know them. Without
	// it grants name projects unchecked.
	Projects func(ctx context.Context, who actor.Actor) ([]ProjectRef, error)
	// Buildings names the buildings of a project; without it grants name
	// buildings unchecked.
	Buildings func(ctx context.Context, project id.ID) (map[id.ID]string, error)
	// Secure marks cookies Secure also when the request did not come by TLS:
	// for a server behind a proxy that speaks TLS to the world.
	Secure bool
	Ring   *crypt.Ring     // seals the secrets of second factors and the addresses of the staff
	Jobs   *job.Queue      // looks up who forgot a password
	Notify *notify.Service // carries codes
	Log    *slog.Logger    // may be nil
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db        *db.DB
	audit     *audit.Service
	roles     map[string]Role
	keys      []string // of roles, in the order given
	rightList []Right
	projects  func(ctx context.Context, who actor.Actor) ([]ProjectRef, error)
	buildings func(ctx context.Context, project id.ID) (map[id.ID]string, error)
	secure    bool
	log       *slog.Logger
	sessions  *scs.SessionManager
	store     *sessionStore
	ring      *crypt.Ring
	jobs      *job.Queue
	notify    *notify.Service
	hashers   chan struct{}
	logins    bucket
	nobody    string // hash that no password has, for logins that do not exist
}

// New makes the room.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{db: d.DB, audit: d.Audit, roles: map[string]Role{}, rightList: d.Rights, projects: d.Projects, buildings: d.Buildings, secure: d.Secure, ring: d.Ring, jobs: d.Jobs, notify: d.Notify, log: d.Log,
		hashers: make(chan struct{}, hashersAtOnce), store: &sessionStore{d.DB}}
	for _, r := range d.Roles {
		if _, ok := s.roles[r.Key]; !ok {
			s.keys = append(s.keys, r.Key)
		}
		if r.Permissions = slices.Clone(r.Permissions); r.Key == RoleAdmin {
			for _, right := range d.Rights {
				r.Permissions = append(r.Permissions, right.Permission)
			}
			slices.Sort(r.Permissions)
			r.Permissions = slices.Compact(r.Permissions)
		}
		s.roles[r.Key] = r
	}
	if d.Jobs != nil {
		d.Jobs.Handle(jobRecover, s.sendRecovery)
	}
	s.sessions = newSessions(s.store)
	salt, sum := make([]byte, saltLen), make([]byte, sumLen)
	rand.Read(salt) // never fails
	rand.Read(sum)
	s.nobody = encodeHash(salt, sum)
	return s
}

// Roles lists the ready-made roles in the order the product gives them.
func (s *Service) Roles() []Role {
	out := make([]Role, len(s.keys))
	for i, k := range s.keys {
		out[i] = s.roles[k]
	}
	return out
}

// Sweep forgets sessions that have ended by time, old wrong attempts and codes;
// a job calls it daily.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return sweep(ctx, tx) })
}
