package drive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options say how a drive goes.
type Options struct {
	Bin     string        // the product
	Dir     string        // an empty folder: data, the channel's books
	DSN     string        // an empty PostgreSQL database, or empty for SQLite
	For     time.Duration // how long it is bad
	People  int
	Journal io.Writer
	Log     io.Writer // what the processes say
}

// DataDir is where the drive keeps the data of the server.
func DataDir(dir string) string { return filepath.Join(dir, "data") }

// The wires: people to server, server to channel, channel to server.
const (
	lineClients = "clients"
	lineChannel = "channel"
	lineNotices = "notices"
)

// world is everything of one drive.
type world struct {
	o       *Options
	journal *Journal
	net     *network
	server  *process
	channel *channel
	direct  string // address of the server behind the bad wires
	phones  *http.Client
	token   string
	town    town

	mu                      sync.Mutex
	kills, unknown, replays int
}

func (w *world) count(n *int) {
	w.mu.Lock()
	*n++
	w.mu.Unlock()
}

// Run drives and answers a sentence about how much happened; whether it was
// sound is Verify's business. An error means that the drive itself came to
// nothing.
func Run(ctx context.Context, o Options) (string, error) {
	w := &world{o: &o, journal: NewJournal(o.Journal), phones: &http.Client{Timeout: 5 * time.Second}}
	if err := w.open(ctx); err != nil {
		return "", errors.Join(err, w.kill())
	}
	said, err := w.drive(ctx)
	err = errors.Join(err, w.close())
	return said, errors.Join(err, w.journal.Err())
}

// open starts everything and makes the town.
func (w *world) open(ctx context.Context) error {
	var err error
	if w.direct, err = freeAddress(ctx); err != nil {
		return err
	}
	if w.channel, err = openChannel(ctx, w.o); err != nil {
		return err
	}
	if w.net, err = lay(ctx, w.journal, map[string]string{lineClients: w.direct, lineNotices: w.direct, lineChannel: w.channel.address}); err != nil {
		return err
	}
	w.server = &process{bin: w.o.Bin, args: []string{"serve"}, log: w.o.Log, env: []string{"LINLI_ADDR=" + w.direct, "LINLI_DATA=" + DataDir(w.o.Dir),
		"LINLI_DB=" + w.o.DSN, "LINLI_WECHAT=http://" + w.net.begin(lineChannel), "LINLI_URL=http://" + w.net.begin(lineNotices), "LINLI_BACKUP_DIR=off"}}
	if _, err := w.server.start(); err != nil {
		return err
	}
	b := &builder{line: newLine(w.direct, ""), ctx: ctx}
	if err := b.found(&w.channel.papers); err != nil {
		return err
	}
	w.token, w.town = b.token, b.town
	w.journal.write(Entry{Deed: Began, ID: w.town.project, Note: w.o.DSN})
	return nil
}

func (w *world) kill() error {
	var err error
	if w.server != nil {
		err = w.server.end(syscall.SIGKILL)
	}
	if w.channel != nil {
		err = errors.Join(err, w.channel.end(syscall.SIGKILL))
	}
	return err
}

// close ends everything in peace and writes down what the channel holds.
func (w *world) close() error {
	err := errors.Join(w.server.end(syscall.SIGTERM), w.channel.end(syscall.SIGTERM))
	w.net.stop()
	trades, read := w.channel.captured()
	for _, t := range trades {
		w.journal.write(t)
	}
	w.journal.write(Entry{Deed: Ended})
	return errors.Join(err, read)
}

// settling is how long it may take until everything is known after the bad
// time: a job that died with the server is taken up again after a minute on
// PostgreSQL, and may have been killed twice.
const settling = 4 * time.Minute

func (w *world) drive(ctx context.Context) (string, error) {
	var people []*person
	for i := range w.o.People {
		people = append(people, w.newPerson(fmt.Sprintf("c%d", i)))
	}
	run := &runner{person: w.newPerson("run"), month: firstMonth().Add(driveMonths)}
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
	err = errors.Join(err, w.misbehave(ctx, "{}"))
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
	return fmt.Sprintf("%d kills, %d commands answered, %d times nobody knew, %d answers repeated, %d runs released", w.kills, given, w.unknown, w.replays, run.done), err
}

// lives lets the server live for some seconds and kills it, again and again.
func (w *world) lives(ctx context.Context) error {
	for pause(ctx, time.Duration(500+rand.IntN(2500))*time.Millisecond) {
		if err := w.server.end(syscall.SIGKILL); err != nil {
			return err
		}
		w.journal.write(Entry{Deed: Killed})
		w.count(&w.kills)
		if _, err := w.server.start(); err != nil {
			return err
		}
	}
	return nil
}

// spoil changes the weather on a line about every second, and the manners of
// the channel.
func (w *world) spoil(ctx context.Context) error {
	lines := []string{lineClients, lineClients, lineChannel, lineNotices}
	manners := []string{"{}", `{"drop":true}`, `{"repeat":3}`, `{"delay":2000000000}`, `{"probe":true}`, `{"fail_after_effect":true}`, `{"busy":true}`, `{"pay_at_once":true}`, `{"tamper":true}`}
	for pause(ctx, time.Duration(300+rand.IntN(900))*time.Millisecond) {
		if err := w.net.weather(ctx, lines[rand.IntN(len(lines))]); err != nil {
			return err
		}
		if rand.IntN(2) == 0 {
			if err := w.misbehave(ctx, manners[rand.IntN(len(manners))]); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
	return nil
}

// misbehave tells the channel what to do wrong from now on.
func (w *world) misbehave(ctx context.Context, how string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.channel.address+"/faults", strings.NewReader(how))
	if err != nil {
		return err
	}
	res, err := w.phones.Do(req)
	if err != nil {
		return fmt.Errorf("tell the channel to misbehave: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return fmt.Errorf("tell the channel to misbehave: %s answered %d", how, res.StatusCode)
	}
	w.journal.write(Entry{Deed: Network, Who: "channel's manners", Note: how})
	return nil
}
