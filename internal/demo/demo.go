// Package demo fills an empty installation with a year of three projects, by
// the product's own commands under a moved clock: rosters come in through the
// import, bills through runs, money through the counter. Top.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linli/internal/app"
	"linli/internal/careplan"
	"linli/internal/estate"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/notify"
)

// Options say where the demo goes.
type Options struct {
	Dir   string // becomes the data folder; must not exist
	DSN   string // PostgreSQL with an empty database, or empty for SQLite
	Until time.Time
	Log   *slog.Logger
	Out   io.Writer
	Small bool // a tenth of the homes, for tests
}

// AccountsFile lists the demo's logins inside the data folder.
const AccountsFile = "demo-accounts.txt"

type project struct {
	id         id.ID
	name       string
	rooms      []id.ID // one room of each payer
	cashier    actor.Actor
	accountant actor.Actor
	manager    actor.Actor
	clerk      actor.Actor
	leaveDraft bool
	income     money.Fen // about, of a payer in a month
	drawer     money.Fen // cash of the open shift, beside the small change
	handed     money.Fen // cash of closed shifts that is not brought to the bank yet
}

type demo struct {
	Options
	papers
	app      *app.App
	clock    *clock.Manual
	r        *mathrand.Rand
	extra    *mathrand.Rand
	people   *invented
	until    time.Time
	projects []*project
	receipts int
	cash     money.Fen // in the last receipt
	accounts strings.Builder
}

// Make builds the demo. It works in a folder beside Dir and renames it at the
// end, so that an interrupted demo leaves nothing half made.
func Make(ctx context.Context, o Options) error {
	tmp := o.Dir + ".making"
	if err := os.RemoveAll(tmp); err != nil {
		return fmt.Errorf("make demo: %w", err)
	}
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return fmt.Errorf("make demo: %w", err)
	}
	if err := fill(ctx, o, tmp); err != nil {
		return errors.Join(fmt.Errorf("make demo: %w", err), os.RemoveAll(tmp))
	}
	if err := os.Rename(tmp, o.Dir); err != nil {
		return fmt.Errorf("make demo: %w", err)
	}
	return nil
}

func fill(ctx context.Context, o Options, dir string) error {
	last := clock.MonthOf(o.Until)
	first := last.Add(-11)
	now := clock.NewManual(first.Add(-1).First().Start().Add(9 * time.Hour))
	ctx, dismiss := context.WithCancel(ctx)
	defer dismiss()
	out, err := newStreet(ctx, o, dir, now)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, app.Config{Dir: dir, DSN: o.DSN, Clock: now, Log: o.Log, Version: "demo", Wechat: out.channels["wechat"].Address,
		Alipay: out.channels["alipay"].Address, Address: out.address, Outbound: out.inside})
	if err != nil {
		return err
	}
	out.office = a.Handler()
	d := &demo{Options: o, papers: papers{late: newLate(), rounds: newRounds(), cast: newInvented(77), street: out}, app: a, clock: now, r: mathrand.New(mathrand.NewPCG(11, 21)), extra: newExtra(),
		people: newInvented(7), until: o.Until}
	err = d.all(ctx, first, last)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, AccountsFile), []byte(d.accounts.String()), 0o600)
	}
	return errors.Join(err, a.Close())
}

func (d *demo) all(ctx context.Context, first, last clock.Month) error {
	if err := d.company(ctx); err != nil {
		return fmt.Errorf("company: %w", err)
	}
	if err := d.estates(ctx, first); err != nil {
		return fmt.Errorf("projects: %w", err)
	}
	if err := d.staff(ctx); err != nil {
		return fmt.Errorf("staff: %w", err)
	}
	if err := d.fees(ctx, first, last); err != nil {
		return fmt.Errorf("fees: %w", err)
	}
	if err := errors.Join(d.meters(ctx, first), d.desk(ctx, first), d.cars(ctx)); err != nil {
		return fmt.Errorf("meters and desk: %w", err)
	}
	for _, c := range d.street.channels {
		if err := c.Merchants(ctx, d.app); err != nil {
			return err
		}
	}
	if err := Sellers(ctx, d.app, d.street.provider); err != nil {
		return err
	}
	if err := d.year(ctx, first, last); err != nil {
		return err
	}
	return d.today(ctx, last)
}

func (d *demo) say(format string, args ...any) {
	fmt.Fprintf(d.Out, "  "+format+"\n", args...) // progress only; a closed terminal must not stop the demo
}

// password makes one that the product accepts and people can type.
func password() string {
	text := rand.Text()
	return "Linli-" + text[:4] + "-" + strings.ToLower(text[4:8]) + "7"
}

func (d *demo) company(ctx context.Context) error {
	secret := password()
	_, err := d.app.Identity.Setup(ctx, actor.System("首次使用"), identity.NewCompany{Company: "邻里物业服务有限公司", Name: "管理员", Login: "admin", Password: secret})
	d.note("系统管理员", "admin", secret)
	return err
}

func (d *demo) note(role, login, secret string) {
	fmt.Fprintf(&d.accounts, "%s\t%s\t%s\n", role, login, secret)
}

// staff makes one account per role and project, and head office on all.
func (d *demo) staff(ctx context.Context) error {
	for _, x := range []struct {
		role, name, login, person string
		on                        int // index of the project, -1 for all
	}{
		{"manager", "项目经理", "zhoulan", "周岚", 0}, {"clerk", "前台客服", "hejing", "何静", 0}, {"cashier", "收费员", "lixuemei", "李雪梅", 0},
		{"accountant", "财务", "qianmin", "钱敏", -1}, {"cashier", "收费员", "suntao", "孙涛", 1}, {"cashier", "收费员", "wulan", "吴岚", 2},
	} {
		secret := password()
		var on id.ID
		where := "全部项目"
		if x.on >= 0 {
			on, where = d.projects[x.on].id, d.projects[x.on].name
		}
		account, err := d.app.Identity.CreateAccount(ctx, actor.System("演示"), identity.NewAccount{Login: x.login, Name: x.person, Password: secret,
			Grants: []identity.Grant{{Project: on, Role: x.role}}})
		if err != nil {
			return fmt.Errorf("account %s: %w", x.login, err)
		}
		d.note(fmt.Sprintf("%s（%s，%s）", x.name, x.person, where), x.login, secret)
		who := actor.Actor{Account: account, Name: x.person}
		for i, p := range d.projects {
			if x.role == "cashier" && x.on == i {
				p.cashier = who
			}
			if x.role == "accountant" {
				p.accountant = who
			}
			if x.role == "clerk" && x.on == i {
				p.clerk = who
				p.clerk.Grants = []actor.Grant{{Project: p.id, Role: x.role, Permissions: []actor.Permission{careplan.PermVisit}}}
			}
			if x.role == "manager" {
				p.manager = who
				p.manager.Grants = []actor.Grant{{Project: p.id, Role: x.role, Permissions: []actor.Permission{estate.PermCorrect, estate.PermWrite}}}
			}
		}
		if err := d.app.Identity.PutContact(ctx, actor.System("演示"), account, notify.Mail, x.login+"@linli.example"); err != nil {
			return fmt.Errorf("mail of account %s: %w", x.login, err)
		}
	}
	return d.codes(ctx)
}

// codes lets the first project send the codes for forgotten passwords; its mail
// account comes when the demo is served.
func (d *demo) codes(ctx context.Context) error {
	policy, err := d.app.Identity.Policy(ctx, d.app.DB.Reader(ctx))
	if err != nil {
		return err
	}
	policy.Sender = d.projects[0].id
	_, err = d.app.Identity.SetPolicy(ctx, actor.System("演示"), policy)
	return err
}
