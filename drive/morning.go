package drive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	alipaysim "linli/internal/outside/alipay/sim"
	wechatsim "linli/internal/outside/wechat/sim"
	"linli/internal/reconcile"
)

// Morning brings the next morning, and the one after, to what Run has left: the
// product and both channels go on with their books under a clock that is moved,
// the bills of the day are fetched and reconciled while every notification is
// still lost and no query helps. Then the channels speak again. In the end it
// writes the channels' books into the journal.
func Morning(ctx context.Context, o Options, journal []Entry) error {
	j := NewJournal(o.Journal)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	m := &morning{now: clock.NewManual(dayAfter(journal, 1)), projects: projectsOf(journal), door: doorOf(journal)}
	if err := m.open(ctx, &o); err != nil {
		return errors.Join(err, m.close())
	}
	err := m.reconcile(ctx)
	if err == nil {
		err = m.speak(ctx)
	}
	if err == nil {
		m.now.Set(dayAfter(journal, 2))
		err = m.reconcile(ctx)
	}
	stop()
	if err = errors.Join(err, m.close()); err != nil {
		return fmt.Errorf("the next morning: %w", err)
	}
	for _, key := range []string{wechat, alipay} {
		if err := tell(j, o.Dir, key); err != nil {
			return err
		}
	}
	j.write(Entry{Deed: Ended, Note: m.now.Now().Format(time.RFC3339)})
	return j.Err()
}

// doorOf is the address that the channels were told to reach the server at.
func doorOf(journal []Entry) string {
	for i := range journal {
		if journal[i].Deed == Evening {
			return journal[i].Note
		}
	}
	return ""
}

// dayAfter is five past ten on the n-th morning after the evening.
func dayAfter(journal []Entry, n int) time.Time {
	var last time.Time
	for i := range journal {
		if journal[i].Deed == Evening {
			last = journal[i].At
		}
	}
	return clock.DateOf(last).AddDays(n).Start().Add(10*time.Hour + 5*time.Minute)
}

// Until is the end of the last morning.
func Until(journal []Entry) time.Time {
	for i := range journal {
		if at, err := time.Parse(time.RFC3339, journal[i].Note); journal[i].Deed == Ended && err == nil {
			return at
		}
	}
	return time.Now()
}

const anyPort = "127.0.0.1:0"

type morning struct {
	now      *clock.Manual
	projects []id.ID
	door     string // the address of yesterday, where late notifications come
	wechat   *wechatsim.Sim
	alipay   *alipaysim.Sim
	app      *app.App
	servers  []*http.Server
}

// serve answers at an address of this machine.
func (m *morning) serve(at string, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", at)
	if err != nil {
		return "", fmt.Errorf("listen: %w", err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	m.servers = append(m.servers, srv)
	go func() { _ = srv.Serve(l) }() // ends with Close
	return "http://" + l.Addr().String(), nil
}

func (m *morning) open(ctx context.Context, o *Options) error {
	log := slog.New(slog.NewTextHandler(o.Log, nil))
	var err error
	if m.wechat, err = wechatsim.Open(wechatsim.Options{Path: booksOf(o.Dir, wechat), Clock: m.now, Log: log}); err != nil {
		return err
	}
	if m.alipay, err = alipaysim.Open(alipaysim.Options{Path: booksOf(o.Dir, alipay), Clock: m.now, Log: log}); err != nil {
		return err
	}
	m.wechat.Misbehave(wechatsim.Faults{Drop: true, Hide: true})
	m.alipay.Misbehave(alipaysim.Faults{Drop: true, Hide: true})
	c := app.Config{Dir: DataDir(o.Dir), DSN: o.DSN, Clock: m.now, Log: log, Version: "drive"}
	if c.Wechat, err = m.serve(anyPort, m.wechat.Handler()); err != nil {
		return err
	}
	if c.Alipay, err = m.serve(anyPort, m.alipay.Handler()); err != nil {
		return err
	}
	if m.app, err = app.New(ctx, c); err != nil {
		return err
	}
	at, err := m.serve(m.door, m.app.Handler())
	if err != nil {
		return err
	}
	m.app.Reach(at)
	go m.wechat.Run(ctx)
	go m.alipay.Run(ctx)
	return nil
}

func (m *morning) close() error {
	var err error
	for _, s := range m.servers {
		err = errors.Join(err, s.Close())
	}
	if m.app != nil {
		err = errors.Join(err, m.app.Close())
	}
	return err
}

// some is how many things are looked at in one page.
func some() page.Request { return page.Request{Limit: 200} }

// reconcile does what the server does by itself every morning, until every day
// is done.
func (m *morning) reconcile(ctx context.Context) error {
	for range 60 {
		if err := m.app.Reconcile.ReconcileDue(ctx); err != nil {
			return err
		}
		if err := m.app.Jobs.Drain(ctx); err != nil {
			return err
		}
		open := ""
		for _, p := range m.projects {
			list, err := m.app.Reconcile.Statements(ctx, p, reconcile.StatementFilter{Request: some()})
			if err != nil {
				return err
			}
			for _, st := range list.Items {
				if st.State != reconcile.StatementDone {
					open = fmt.Sprintf("%s %s is %s: %s", st.Channel, st.Day, st.State, st.Reason)
				}
			}
		}
		if open == "" {
			return nil
		}
		m.now.Advance(time.Minute)
	}
	return errors.New("the bills of the day are not reconciled after an hour")
}

// speak lets the channels tell and answer again, until no refund is on its way.
func (m *morning) speak(ctx context.Context) error {
	m.wechat.Misbehave(wechatsim.Faults{})
	m.alipay.Misbehave(alipaysim.Faults{})
	for range 12 {
		m.now.Advance(30 * time.Minute)
		m.wechat.Deliver(ctx)
		m.alipay.Deliver(ctx)
		if err := m.app.Jobs.Drain(ctx); err != nil {
			return err
		}
		open := 0
		for _, p := range m.projects {
			list, err := m.app.Cashier.Refunds(ctx, p, cashier.RefundFilter{Request: some(), State: cashier.RefundSent})
			if err != nil {
				return err
			}
			open += len(list.Items)
		}
		if open == 0 {
			return nil
		}
	}
	return nil // what is open now the verifier names
}
