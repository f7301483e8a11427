// Package app builds every room from the bottom up and wires what the arrows
// forbid the rooms to know of each other. It is the only wiring. Top.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"linli/internal/adjust"
	"linli/internal/analytics"
	"linli/internal/audit"
	"linli/internal/bank"
	"linli/internal/billing"
	"linli/internal/card"
	"linli/internal/careplan"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/deduct"
	"linli/internal/deposit"
	"linli/internal/dictionary"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/expense"
	"linli/internal/feebundle"
	"linli/internal/file"
	"linli/internal/identity"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/outbound"
	"linli/internal/kit/web"
	"linli/internal/latefee"
	"linli/internal/ledger"
	"linli/internal/meter"
	"linli/internal/notify"
	"linli/internal/outside/alipay"
	invoices "linli/internal/outside/invoice"
	"linli/internal/outside/mail"
	"linli/internal/outside/mqtt"
	"linli/internal/outside/sms"
	"linli/internal/outside/tencent"
	"linli/internal/outside/wechat"
	"linli/internal/paycode"
	"linli/internal/payment"
	"linli/internal/privacy"
	"linli/internal/reconcile"
	"linli/internal/roster"
	"linli/internal/screen"
	"linli/internal/series"
	"linli/internal/sharedcost"
	"linli/internal/shift"
	"linli/internal/tariff"
	"linli/internal/termination"
	"linli/internal/trial"
)

// Config is what the outside decides.
type Config struct {
	Dir     string // data folder: keys, files, and SQLite's database
	DSN     string // postgres://… or empty for SQLite
	Clock   clock.Clock
	Log     *slog.Logger
	Version string
	Secure  bool // behind a proxy that speaks TLS: cookies are for TLS only
	// Proxies are the reverse proxies in front whose forwarded headers are
	// believed; empty believes nobody.
	Proxies web.Proxies
	// PartRooms is how many rooms of a billing run are one transaction; 0 means
	// the room's own choice.
	PartRooms int
	Backup    BackupPlan
	// Requests is how many requests of the API may run at once; 0 means a
	// number that fits a small machine.
	Requests int
	// Wechat is the host of WeChat Pay, empty for the official one.
	Wechat string
	// Alipay is the host of Alipay, empty for the official one.
	Alipay string
	// SMS is the host of Aliyun's SMS service, empty for the official one.
	SMS string
	// TencentSMS is the host of Tencent's SMS service, empty for the official one.
	TencentSMS string
	// Outbound says which addresses inside may be reached where users name a
	// host; its zero value allows none.
	Outbound outbound.Guard
	// Address is where the world reaches this server, like
	// https://wy.example.cn; payment channels are told it.
	Address string
}

// App is the built house.
type App struct {
	DB        *db.DB
	Jobs      *job.Queue
	Audit     *audit.Service
	File      *file.Service
	Ledger    *ledger.Service
	Notify    *notify.Service
	Identity  *identity.Service
	Estate    *estate.Service
	Roster    *roster.Service
	Payment   *payment.Service
	Reconcile *reconcile.Service
	Meter     *meter.Service
	Expense   *expense.Service
	Words     *dictionary.Service
	Tariff    *tariff.Service
	Billing   *billing.Service
	LateFee   *latefee.Service
	Adjust    *adjust.Service
	Correct   *correction.Service
	Trial     *trial.Service
	Shared    *sharedcost.Service
	Cashier   *cashier.Service
	Shift     *shift.Service
	Dunning   *dunning.Service
	Invoice   *invoice.Service
	Paycode   *paycode.Service
	Deduct    *deduct.Service
	Deposit   *deposit.Service
	Bank      *bank.Service
	Card      *card.Service
	Analytics *analytics.Service
	Screen    *screen.Service
	Web       *web.Server
	address   atomic.Pointer[string]
	log       *slog.Logger
	care      *care
	gate      *gate
	counters  *counters
	series    *series.Service

	Termination *termination.Service
	Bundles     *feebundle.Service
	Care        *careplan.Service
	Privacy     *privacy.Service
}

// New opens the database, brings it up to date and builds every room.
func New(ctx context.Context, c Config) (*App, error) {
	if err := elsewhere(c); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, db.Options{DSN: c.DSN, Dir: c.Dir, Clock: c.Clock, Log: c.Log})
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx, Migrations()...); err != nil {
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

// Build makes the rooms on an open, migrated database.
func Build(ctx context.Context, d *db.DB, c Config) (*App, error) {
	ring, err := crypt.Open(filepath.Join(c.Dir, "keys.json"))
	if err != nil {
		return nil, fmt.Errorf("open key ring: %w", err)
	}
	a := &App{DB: d, Jobs: job.New(d, c.Log), log: c.Log}
	a.Audit = audit.New(audit.Deps{DB: d, Key: ring.AuditKey(), Log: c.Log, Projects: a.projectNames})
	a.File = file.New(file.Deps{DB: d, Dir: filepath.Join(c.Dir, "files"), Jobs: a.Jobs,
		Actor: func(ctx context.Context, account id.ID) (actor.Actor, error) { return a.Identity.Acting(ctx, account) }, Record: a.recordExport})
	a.Ledger = ledger.New(ledger.Deps{DB: d})
	a.Notify = notify.New(notify.Deps{DB: d, Jobs: a.Jobs, Ring: ring, Record: a.recordMessage, Lawful: dunning.Lawful})
	a.Identity = identity.New(identity.Deps{DB: d, Secure: c.Secure, Audit: a.Audit, Ring: ring, Jobs: a.Jobs, Notify: a.Notify, Roles: roles(), Rights: rights(), Projects: a.projects, Buildings: a.buildings})
	a.Estate = estate.New(estate.Deps{DB: d, Audit: a.Audit, Ring: ring, Look: a.Identity.Look})
	a.Roster = roster.New(roster.Deps{DB: d, Audit: a.Audit, Estate: a.Estate, Files: a.File, Ring: ring, Jobs: a.Jobs})
	a.Reach(c.Address)
	a.Payment = payment.New(payment.Deps{DB: d, Audit: a.Audit, Ring: ring, Jobs: a.Jobs, Reachable: a.Reached})
	a.Reconcile = reconcile.New(reconcile.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Payment: a.Payment, Jobs: a.Jobs})
	a.Meter = meter.New(meter.Deps{DB: d, Audit: a.Audit, Estate: a.Estate, Roster: a.Roster, Files: a.File, Ring: ring})
	a.Expense = expense.New(expense.Deps{DB: d, Audit: a.Audit, Files: a.File, Ledger: a.Ledger})
	a.Words = dictionary.New(dictionary.Deps{DB: d, Audit: a.Audit})
	a.Tariff = tariff.New(tariff.Deps{DB: d, Audit: a.Audit, Files: a.File, Estate: a.Estate})
	a.Billing = billing.New(billing.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Meter: a.Meter, Tariff: a.Tariff, Jobs: a.Jobs, PartRooms: c.PartRooms})
	a.LateFee = latefee.New(latefee.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Tariff: a.Tariff, Billing: a.Billing})
	a.Adjust = adjust.New(adjust.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Billing: a.Billing})
	a.Correct = correction.New(correction.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Tariff: a.Tariff, Payment: a.Payment, Billing: a.Billing, Jobs: a.Jobs})
	a.Trial = trial.New(trial.Deps{DB: d, Estate: a.Estate, Tariff: a.Tariff, Billing: a.Billing})
	a.Shared = sharedcost.New(sharedcost.Deps{DB: d, Audit: a.Audit, Estate: a.Estate, Meter: a.Meter, Tariff: a.Tariff, Billing: a.Billing})
	a.Cashier = cashier.New(cashier.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Payment: a.Payment, Billing: a.Billing, LateFee: a.LateFee, Company: a.company,
		Proof: func(project, receipt id.ID) string { return a.Paycode.ProofLink(project, receipt) }})
	a.Shift = shift.New(shift.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Cashier: a.Cashier, Company: a.company})
	a.Dunning = dunning.New(dunning.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Billing: a.Billing, LateFee: a.LateFee, Notify: a.Notify, Jobs: a.Jobs, Company: a.company})
	a.Invoice = invoice.New(invoice.Deps{DB: d, Audit: a.Audit, Files: a.File, Ledger: a.Ledger, Estate: a.Estate, Tariff: a.Tariff, Billing: a.Billing, Cashier: a.Cashier, Ring: ring, Jobs: a.Jobs})
	a.Deduct = deduct.New(deduct.Deps{DB: d, Payment: a.Payment, Cashier: a.Cashier, Jobs: a.Jobs})
	a.Deposit = deposit.New(deposit.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Cashier: a.Cashier, Company: a.company})
	a.Bank = bank.New(bank.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Cashier: a.Cashier})
	a.Card = card.New(card.Deps{DB: d, Audit: a.Audit, Cashier: a.Cashier})
	a.series = series.New(series.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger})
	a.Termination = termination.New(termination.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Billing: a.Billing, LateFee: a.LateFee, Adjust: a.Adjust, Cashier: a.Cashier, Company: a.company})
	a.Bundles = feebundle.New(feebundle.Deps{DB: d, Audit: a.Audit, Estate: a.Estate, Tariff: a.Tariff, Billing: a.Billing, Adjust: a.Adjust})
	a.Care = careplan.New(careplan.Deps{DB: d, Audit: a.Audit, Estate: a.Estate})
	a.Privacy = privacy.New(privacy.Deps{DB: d, Audit: a.Audit, Notify: a.Notify, Estate: a.Estate, Roster: a.Roster, Payment: a.Payment, Billing: a.Billing, LateFee: a.LateFee, Cashier: a.Cashier, Dunning: a.Dunning, Care: a.Care, Invoice: a.Invoice, Deposit: a.Deposit})
	a.payByCode(c, ring)
	if err := a.street(c); err != nil {
		return nil, err
	}
	a.Analytics = analytics.New(analytics.Deps{DB: d, Audit: a.Audit, Ledger: a.Ledger, Estate: a.Estate, Expense: a.Expense, Tariff: a.Tariff, Billing: a.Billing, Invoice: a.Invoice})
	a.Screen = screen.New(screen.Deps{DB: d, Audit: a.Audit, Notify: a.Notify, Estate: a.Estate, Payment: a.Payment, Words: a.Words, Tariff: a.Tariff, Billing: a.Billing, LateFee: a.LateFee, Cashier: a.Cashier, Bundles: a.Bundles, Care: a.Care, Dunning: a.Dunning, Correct: a.Correct})
	a.Web = web.New(web.Deps{DB: d, Ring: ring, Log: c.Log, Version: c.Version, Proxies: c.Proxies, Authenticate: a.Identity.Authenticate, Project: a.exists, Missing: a.Identity.Missing, Refused: a.Audit.Refused, Fallback: pages()})
	a.care, a.gate = newCare(c, d, a.Jobs, a.Audit), newGate(c.Requests)
	for _, routes := range []func(*web.Server){a.care.Routes, a.Audit.Routes, a.File.Routes, a.Notify.Routes, a.Identity.Routes, a.Estate.Routes, a.Roster.Routes, a.Meter.Routes, a.Expense.Routes, a.Words.Routes, a.Payment.Routes, a.Reconcile.Routes, a.Tariff.Routes, a.Billing.Routes, a.LateFee.Routes, a.Adjust.Routes, a.Correct.Routes, a.Trial.Routes, a.Shared.Routes, a.Cashier.Routes, a.Shift.Routes, a.Dunning.Routes, a.Invoice.Routes, a.Paycode.Routes, a.Deposit.Routes, a.Bank.Routes, a.Card.Routes, a.Termination.Routes, a.series.Routes, a.Bundles.Routes, a.Care.Routes, a.Privacy.Routes, a.Analytics.Routes, a.Screen.Routes} {
		routes(a.Web)
	}
	a.counters = newCounters(a)
	a.File.Offer(append(a.exports(), a.whole())...)
	return a, nil
}

// payByCode builds the codes that residents pay with; letters carry them, and
// messages lie on their pages.
func (a *App) payByCode(c Config, ring *crypt.Ring) {
	a.Paycode = paycode.New(paycode.Deps{DB: a.DB, Audit: a.Audit, Ring: ring, Notify: a.Notify, Estate: a.Estate, Payment: a.Payment, Billing: a.Billing, Cashier: a.Cashier,
		Address: a.Reached, Public: c.Address != "", Company: a.company})
	a.Dunning.PayCode, a.Dunning.Codes = a.Paycode.OnPaper, a.Paycode
}

// street fills the sockets of payment, the counter, roster, notify, invoice and meter.
func (a *App) street(c Config) error {
	w, err := wechat.New(wechat.Deps{Host: c.Wechat})
	if err != nil {
		return err
	}
	ali, err := alipay.New(alipay.Deps{Host: c.Alipay})
	if err != nil {
		return err
	}
	a.Payment.Plug(a.Cashier, w, ali)
	a.Cashier.KeepShifts(a.Shift)
	a.Roster.TakeImports(append(a.Meter.Importers(), a.Billing.Openings())...)
	short, err := sms.New(sms.Deps{Host: c.SMS, Clock: a.DB.Clock()})
	if err != nil {
		return err
	}
	tencentSMS, err := tencent.New(tencent.Deps{Host: c.TencentSMS, Clock: a.DB.Clock()})
	if err != nil {
		return err
	}
	a.Notify.Plug(a.Dunning.Freshen, short, tencentSMS, mail.New(c.Outbound))
	a.Notify.PlugInbox(a.Dunning.Pages)
	a.Cashier.TellReceipts(a.tellPaid)
	a.Billing.TellRelease(func(ctx context.Context, tx *db.Tx, project, run id.ID) error {
		if err := a.Deduct.ReleaseTold(ctx, tx, project, run); err != nil {
			return err
		}
		return a.Dunning.ReleaseTold(ctx, tx, project, run)
	})
	a.Invoice.Plug(invoices.New(a.DB.Clock(), c.Outbound))
	a.Meter.Plug(mqtt.New(c.Outbound))
	return nil
}

// recordMessage writes what was changed about messages to the audit log.
func (a *App) recordMessage(tx *db.Tx, n notify.Note) {
	a.Audit.Record(tx, audit.Entry{Project: n.Project, Who: n.Who, Action: n.Action, Kind: n.Kind, Subject: n.Subject, Person: n.Person, Summary: n.Summary, Before: n.Before, After: n.After})
}

// Reach says where the world reaches this server, once that is known.
func (a *App) Reach(address string) { a.address.Store(&address) }

// Reached is that address.
func (a *App) Reached() string { return *a.address.Load() }

// Handler serves the API and the console.
func (a *App) Handler() http.Handler {
	root := http.NewServeMux()
	root.HandleFunc("GET /readyz", a.ready)
	root.Handle("/", a.counters.count(a.gate.guard(a.Web.Handler())))
	return root
}

// Work runs background jobs until ctx ends. On SQLite this is the only
// process, so jobs that were cut off begin again at once.
func (a *App) Work(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { a.every(ctx, 6*time.Hour, "sweep", a.sweep) })
	wg.Go(func() { a.every(ctx, 10*time.Minute, "start due runs", a.Billing.StartDue) })
	wg.Go(func() { a.every(ctx, 10*time.Minute, "resume runs", a.Billing.Resume) })
	wg.Go(func() { a.every(ctx, 10*time.Minute, "reconcile", a.Reconcile.ReconcileDue) })
	wg.Go(func() { a.every(ctx, 24*time.Hour, "book held bank money", a.Bank.BookHeld) })
	wg.Go(func() { a.every(ctx, 10*time.Minute, "hand over rooms", a.Screen.EffectDue) })
	wg.Go(func() { a.every(ctx, 10*time.Minute, "schedule backup", a.Schedule) })
	wg.Go(func() { a.every(ctx, 10*time.Minute, "close shifts of nobody", a.Shift.CloseUnattended) })
	wg.Go(func() { a.every(ctx, 10*time.Minute, "send reminders", a.Dunning.Remind) })
	wg.Go(func() { a.every(ctx, 10*time.Minute, "take remote readings", a.Meter.TakeDue) })
	wg.Go(func() { a.Meter.Listen(ctx, a.log) })
	err := a.Jobs.Run(ctx, 2, a.DB.Engine() == db.SQLite)
	wg.Wait()
	return err
}

// Schedule asks for what is due by the clock; Work does so by itself.
func (a *App) Schedule(ctx context.Context) error { return a.care.schedule(ctx) }

// every does something at start and then again and again until ctx ends.
func (a *App) every(ctx context.Context, pause time.Duration, what string, do func(context.Context) error) {
	t := time.NewTicker(pause)
	defer t.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			a.log.LogAttrs(ctx, slog.LevelError, what, slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// Close gives the database back.
func (a *App) Close() error { return a.DB.Close() }
