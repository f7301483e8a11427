package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Finding is one thing that is broken.
type Finding struct {
	Room    string // of the house, that found it
	Project string // name, "" for the installation
	Text    string // Chinese, with the ids
}

func (f Finding) String() string {
	if f.Project == "" {
		return fmt.Sprintf("[%s] %s", f.Room, f.Text)
	}
	return fmt.Sprintf("[%s] %s：%s", f.Room, f.Project, f.Text)
}

// Checks choose how deep Doctor looks.
type Checks struct {
	Quick bool // leave out what reads every charge ever made and every file
}

// ErrElsewhere says that the folder is one of an installation without its database.
var ErrElsewhere = fault.New(fault.Conflict, "database_elsewhere", "数据目录里有密钥，没有数据库 linli.db")

// elsewhere refuses keys without a database: an empty one beside them would
// look like a new installation, while the data lie in PostgreSQL or are lost.
func elsewhere(c Config) error {
	if c.DSN != "" {
		return nil
	}
	_, keys := os.Stat(filepath.Join(c.Dir, "keys.json"))
	_, data := os.Stat(filepath.Join(c.Dir, "linli.db"))
	if keys == nil && errors.Is(data, os.ErrNotExist) {
		return ErrElsewhere.Say("数据目录 %s 里有密钥 keys.json，却没有数据库 linli.db：数据在 PostgreSQL 时请设好 LINLI_DB；不是的话，请从备份恢复到新的目录", c.Dir)
	}
	return nil
}

// Look builds the rooms on an existing installation that another process may
// own: nothing is written, migrated or created. Errors: crypt.ErrNone when the
// folder holds no installation; db.ErrOlder, db.ErrNewer.
func Look(ctx context.Context, c Config) (*App, error) {
	if _, err := crypt.Existing(filepath.Join(c.Dir, "keys.json")); err != nil {
		return nil, fmt.Errorf("open key ring: %w", err)
	}
	if err := elsewhere(c); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, db.Options{DSN: c.DSN, Dir: c.Dir, Clock: c.Clock, Log: c.Log, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	if err := d.Check(ctx, Migrations()...); err != nil {
		d.Close()
		return nil, err
	}
	a, err := Build(ctx, d, c)
	if err != nil {
		d.Close()
		return nil, err
	}
	return a, nil
}

// Doctor proves the invariants of the whole house on one unchanging state and
// names what is broken; none is what should be. It may run beside a server.
func (a *App) Doctor(ctx context.Context, checks Checks) ([]Finding, error) {
	var out []Finding
	err := a.DB.Snapshot(ctx, func(ctx context.Context) error {
		var err error
		out, err = a.examine(ctx, checks)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("doctor: %w", err)
	}
	if checks.Quick {
		return out, nil
	}
	// Files come and go with their rows, so they are not held against a state
	// that is past.
	projects, err := a.Estate.Projects(ctx, actor.System("doctor"))
	if err != nil {
		return nil, fmt.Errorf("doctor: %w", err)
	}
	for _, p := range projects {
		found, err := a.File.Broken(ctx, p.ID)
		if err != nil {
			return nil, fmt.Errorf("doctor: %w", err)
		}
		out = add(out, "file", p.Name, found)
	}
	return out, nil
}

// examine runs on a snapshot.
func (a *App) examine(ctx context.Context, checks Checks) ([]Finding, error) {
	found, err := a.DB.Integrity(ctx)
	if err != nil {
		return nil, err
	}
	out := add(nil, "db", "", found)
	if found, err = a.Identity.Broken(ctx); err != nil {
		return nil, err
	}
	out = add(out, "identity", "", found)
	projects, err := a.Estate.Projects(ctx, actor.System("doctor"))
	if err != nil {
		return nil, err
	}
	names := map[id.ID]string{}
	for _, p := range projects {
		names[p.ID] = p.Name
	}
	logs, err := a.Audit.Chains(ctx)
	if err != nil {
		return nil, err
	}
	for _, project := range logs {
		if found, err = a.Audit.Broken(ctx, project); err != nil {
			return nil, err
		}
		if _, ok := names[project]; !ok && project != 0 {
			found = append(found, fmt.Sprintf("项目 %s 不存在，操作日志却还在", project))
		}
		out = add(out, "audit", names[project], found)
	}
	for _, p := range projects {
		for _, room := range a.checksOf(checks) {
			if found, err = room.broken(ctx, p.ID); err != nil {
				return nil, err
			}
			out = add(out, room.name, p.Name, found)
		}
	}
	return out, nil
}

type roomCheck struct {
	name   string
	broken func(ctx context.Context, project id.ID) ([]string, error)
}

// checksOf are the rooms that check a project, bottom-up.
func (a *App) checksOf(checks Checks) []roomCheck {
	list := []roomCheck{{"ledger", a.Ledger.Broken}, {"notify", a.Notify.Broken}, {"estate", a.Estate.Broken}, {"payment", a.Payment.Broken}, {"reconcile", a.Reconcile.Broken}, {"meter", a.Meter.Broken}, {"expense", a.Expense.Broken},
		{"billing", a.Billing.Broken}, {"latefee", a.LateFee.Broken}, {"adjust", a.Adjust.Broken}, {"correction", a.Correct.Broken}, {"sharedcost", a.Shared.Broken}, {"cashier", a.Cashier.Broken}, {"shift", a.Shift.Broken}, {"dunning", a.Dunning.Broken}, {"invoice", a.Invoice.Broken}, {"paycode", a.Paycode.Broken},
		{"deposit", a.Deposit.Broken}, {"bank", a.Bank.Broken}, {"card", a.Card.Broken}, {"termination", a.Termination.Broken}, {"feebundle", a.Bundles.Broken}, {"careplan", a.Care.Broken}, {"analytics", a.Analytics.Broken}}
	if !checks.Quick {
		list = append(list, roomCheck{"billing", a.Billing.BrokenAmounts})
	}
	return list
}

func add(out []Finding, room, project string, found []string) []Finding {
	for _, text := range found {
		out = append(out, Finding{room, project, text})
	}
	return out
}
