package drive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"linli/internal/kit/id"
)

// Options say how a drive goes.
type Options struct {
	Bin     string        // the product
	Dir     string        // an empty folder: data, the channels' books
	DSN     string        // an empty PostgreSQL database, or empty for SQLite
	For     time.Duration // how long it is bad
	People  int           // clerks; there are half as many residents
	Journal io.Writer
	Log     io.Writer // what the processes say
}

// DataDir is where the drive keeps the data of the server.
func DataDir(dir string) string { return filepath.Join(dir, "data") }

// The wires: people to server, server to channels, channels to server, server
// to its database.
const (
	lineClients  = "clients"
	lineNotices  = "notices"
	lineDatabase = "database"
)

// world is everything of one drive.
type world struct {
	o        *Options
	journal  *Journal
	net      *network
	server   *process
	channels map[string]*channel
	direct   string // address of the server behind the bad wires
	phones   *http.Client
	token    string
	town     town

	mu             sync.Mutex
	kills, replays int
	unknown        int                // commands that nobody could answer at once
	asks           int                // how often their answers were asked for again
	down           time.Duration      // while the server was dead or getting up
	paid           []online           // what came through channels, for those who give back
	asked          map[string]bool    // numbers of orders of which something was to go back
	receipts       map[id.ID]struct{} // in paid
}

func (w *world) count(n *int) {
	w.mu.Lock()
	*n++
	w.mu.Unlock()
}

// Run drives and answers a sentence about how much happened; whether it was
// sound is Verify's business, after Morning. An error means that the drive
// itself came to nothing.
func Run(ctx context.Context, o Options) (string, error) {
	w := &world{o: &o, journal: NewJournal(o.Journal), channels: map[string]*channel{}, asked: map[string]bool{}, receipts: map[id.ID]struct{}{},
		phones: &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if err := w.open(ctx); err != nil {
		return "", errors.Join(err, w.kill())
	}
	said, err := w.drive(ctx)
	if err == nil {
		err = w.quiet(ctx)
	}
	err = errors.Join(err, w.close())
	return said, errors.Join(err, w.journal.Err())
}

// open starts everything and makes the town.
func (w *world) open(ctx context.Context) error {
	var err error
	if w.direct, err = freeAddress(ctx); err != nil {
		return err
	}
	to := map[string]string{lineClients: w.direct, lineNotices: w.direct}
	// One WeChat merchant for both projects, and an Alipay seller for each.
	for key, merchants := range map[string][]string{wechat: {"1900000109"}, alipay: {"2088600000000101", "2088600000000102"}} {
		if w.channels[key], err = openChannel(ctx, w.o, w.phones, key, merchants...); err != nil {
			return err
		}
		to[key] = w.channels[key].address
	}
	db, err := url.Parse(w.o.DSN)
	if err != nil {
		return fmt.Errorf("address of the database: %w", err)
	}
	if w.o.DSN != "" {
		to[lineDatabase] = db.Host
	}
	if w.net, err = lay(ctx, w.journal, to); err != nil {
		return err
	}
	if w.o.DSN != "" {
		db.Host = w.net.begin(lineDatabase)
	}
	w.server = &process{bin: w.o.Bin, args: []string{"serve"}, log: w.o.Log, env: []string{"LINLI_ADDR=" + w.direct, "LINLI_DATA=" + DataDir(w.o.Dir),
		"LINLI_DB=" + db.String(), "LINLI_WECHAT=http://" + w.net.begin(wechat), "LINLI_ALIPAY=http://" + w.net.begin(alipay),
		"LINLI_URL=http://" + w.net.begin(lineNotices), "LINLI_BACKUP_DIR=off"}}
	if _, err := w.server.start(); err != nil {
		return err
	}
	b := &builder{line: newLine(w.direct, ""), ctx: ctx}
	if err := b.found(w.channels); err != nil {
		return err
	}
	w.token, w.town = b.token, b.town
	for _, p := range w.town.places {
		w.journal.write(Entry{Deed: Began, ID: p.project, Note: w.o.DSN})
		for key, number := range p.merchants {
			w.journal.write(Entry{Deed: Merchant, Project: p.project, Channel: key, Merchant: number})
		}
	}
	return nil
}

func (w *world) kill() error {
	var err error
	if w.server != nil {
		err = w.server.end(syscall.SIGKILL)
	}
	for _, c := range w.channels {
		if c != nil {
			err = errors.Join(err, c.end(syscall.SIGKILL))
		}
	}
	return err
}

// close ends everything in peace.
func (w *world) close() error {
	err := w.server.end(syscall.SIGTERM)
	for _, c := range w.channels {
		err = errors.Join(err, c.end(syscall.SIGTERM))
	}
	w.net.stop()
	w.journal.write(Entry{Deed: Evening, Note: w.net.begin(lineNotices)})
	return err
}

// settling is how long it may take until everything is known after the bad
// time: a job that died with the server is taken up again after a minute on
// PostgreSQL, and may have been killed twice.
const settling = 4 * time.Minute

func (w *world) drive(ctx context.Context) (string, error) {
	people := w.people()
	run := &runner{person: w.newPerson("run-maker"), month: firstMonth().Add(driveMonths)}
	patience, cancel := context.WithTimeout(ctx, w.o.For+settling)
	defer cancel()
	bad, calm := context.WithTimeout(patience, w.o.For)
	defer calm()
	stop, charged := make(chan struct{}), make(chan error, 1)
	var working sync.WaitGroup
	for _, p := range people {
		working.Go(func() { p.work(bad) })
	}
	go func() { charged <- run.work(patience, stop) }()
	failed := make(chan error, 1)
	go func() { failed <- w.spoil(bad) }()
	err := w.lives(bad)
	err = errors.Join(err, <-failed)
	working.Wait()
	close(stop)
	w.net.calm(ctx)
	for _, c := range w.channels {
		err = errors.Join(err, w.misbehave(ctx, c, "{}"))
	}
	settled := make(chan error, len(people))
	for _, p := range people {
		go func() { settled <- p.settle(patience) }()
	}
	for range people {
		err = errors.Join(err, <-settled)
	}
	err = errors.Join(err, <-charged)
	given := run.given
	for _, p := range people {
		given += p.given
	}
	return fmt.Sprintf("%d kills, dead or getting up for %s; %d commands answered, %d of them unknown at first and asked for %d times more; %d answers repeated, %d runs released",
		w.kills, w.down.Round(100*time.Millisecond), given, w.unknown, w.asks, w.replays, run.done), err
}

// people are clerks at the counter and residents with their codes.
func (w *world) people() []*person {
	var out []*person
	for i := range w.o.People {
		out = append(out, w.newPerson(fmt.Sprintf("clerk-%d", i)))
	}
	for i := range (w.o.People + 1) / 2 {
		p := w.newPerson(fmt.Sprintf("resident-%d", i))
		p.guest = true
		out = append(out, p)
	}
	return out
}

// lives lets the server live for some seconds and kills it, again and again.
func (w *world) lives(ctx context.Context) error {
	for pause(ctx, time.Duration(500+rand.IntN(2500))*time.Millisecond) {
		died := time.Now()
		if err := w.server.end(syscall.SIGKILL); err != nil {
			return err
		}
		w.journal.write(Entry{Deed: Killed})
		w.count(&w.kills)
		if err := w.rise(); err != nil {
			return err
		}
		w.down += time.Since(died)
	}
	return nil
}

// rise starts the server again; with a bad line to its database it may need
// some tries, as under any supervisor.
func (w *world) rise() error {
	var err error
	for range 20 {
		if _, err = w.server.start(); err == nil {
			return nil
		}
	}
	return err
}

// spoil changes the weather on a line about every second, and the manners of
// the channels.
func (w *world) spoil(ctx context.Context) error {
	lines := []string{lineClients, lineClients, wechat, alipay, lineNotices}
	if w.o.DSN != "" {
		lines = append(lines, lineDatabase)
	}
	for pause(ctx, time.Duration(300+rand.IntN(900))*time.Millisecond) {
		if err := w.net.weather(ctx, lines[rand.IntN(len(lines))]); err != nil {
			return err
		}
		c := w.channels[[]string{wechat, alipay}[rand.IntN(2)]]
		list := c.manners()
		if err := w.misbehave(ctx, c, list[rand.IntN(len(list))]); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// misbehave tells a channel what to do wrong from now on.
func (w *world) misbehave(ctx context.Context, c *channel, how string) error {
	if err := c.control(ctx, "/faults", how); err != nil {
		return fmt.Errorf("tell the channel to misbehave: %w", err)
	}
	w.journal.write(Entry{Deed: Network, Who: c.key + "'s manners", Note: how})
	return nil
}
