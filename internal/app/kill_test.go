package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// serverEnv holds the settings of the server that the test binary becomes when
// it is started again by the drive.
const serverEnv = "LINLI_DRIVE_SERVER"

func TestMain(m *testing.M) {
	if text := os.Getenv(serverEnv); text != "" {
		if err := serveDriven(text); err != nil {
			fmt.Fprintln(os.Stderr, "server:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// Many small servers live at the same time here, each for a moment: what they
	// leave is collected seldom, which saves an eighth of the time of these tests.
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// driven are the settings of one life of the server.
type driven struct {
	Dir, DSN string
	Now      time.Time // what its clock shows at start
	Wechat   string    // who it speaks to, and where it is reached
	Address  string
}

type drivenClock struct{ start, began time.Time }

func (c drivenClock) Now() time.Time { return c.start.Add(time.Since(c.began)) }

// drivenParts cuts the rooms into five parts, so that a kill can fall between
// the transactions of one run.
const drivenParts = drivenRooms / 5

func serveDriven(text string) error {
	var s driven
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	go func() { // the server does not outlive the test
		io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	a, err := app.New(ctx, app.Config{Dir: s.Dir, DSN: s.DSN, Clock: drivenClock{s.Now, time.Now()}, Log: log, Version: "drive", PartRooms: drivenParts, Wechat: s.Wechat, Address: s.Address, Outbound: here()})
	if err != nil {
		return err
	}
	defer a.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: a.Handler()}
	worked := make(chan error, 1)
	go func() { worked <- a.Work(ctx) }()
	go srv.Serve(l)
	fmt.Println(l.Addr())
	<-ctx.Done()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(srv.Shutdown(grace), <-worked)
}

// server is the process that is killed and started again.
type server struct {
	t        *testing.T
	dir, dsn string
	env      []string   // nil means the test's own
	street   *street    // nil for a server that speaks to nobody
	mu       sync.Mutex // over what others read meanwhile
	url      string
	now      time.Time // at the start of this life
	began    time.Time
	cmd      *exec.Cmd
	stderr   strings.Builder
}

// Now is what the clock of the server shows.
func (s *server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began.IsZero() {
		return s.now
	}
	return s.now.Add(time.Since(s.began))
}

// start begins a new life, a minute after the last one ended: by then the
// leases of jobs that died with it are over.
func (s *server) start() {
	s.t.Helper()
	d := driven{Dir: s.dir, DSN: s.dsn, Now: s.now}
	if s.street != nil {
		d.Wechat, d.Address = s.street.payURL, s.street.front
	}
	text, err := json.Marshal(d)
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd = exec.Command(os.Args[0])
	if s.env == nil {
		s.env = os.Environ()
	}
	s.cmd.Env = append(s.env[:len(s.env):len(s.env)], serverEnv+"="+string(text))
	s.cmd.Stderr = &s.stderr
	if _, err := s.cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	s.began = time.Now()
	s.mu.Unlock()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.cmd.Wait()
		s.t.Fatalf("server did not start: %v\n%s", err, s.stderr.String())
	}
	s.mu.Lock()
	s.url = "http://" + strings.TrimSpace(line)
	s.mu.Unlock()
}

func (s *server) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// end kills the server, or asks it to go; asked, it has to go in peace.
func (s *server) end(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); sig == syscall.SIGTERM && err != nil {
		s.t.Errorf("asked to end, the server left with %v\n%s", err, s.stderr.String())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.began = s.now.Add(time.Since(s.began)+61*time.Second), time.Time{}
}

// driveTime is how long the server is killed per engine at least; it ends with
// the last thing that has to be seen.
func driveTime(t *testing.T) time.Duration {
	text := os.Getenv("LINLI_DRIVE")
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("LINLI_DRIVE: %v", err)
	}
	return d
}

// TestKilledServerLosesNothing drives a real server process over HTTP while it
// is killed at random moments, also in the middle of generating, releasing and
// withdrawing a run. Clients repeat what was not answered under the same key.
// Beside them a channel gives money back, invoices are issued and meters read.
// In the end everything acknowledged is there exactly once and the books hold.
func TestKilledServerLosesNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := &server{t: t, dir: t.TempDir(), now: dbtest.Start()}
			if engine == db.Postgres {
				s.dsn = dbtest.Postgres(t, app.Migrations())
			}
			s.street = openStreet(t, s)
			s.start()
			d := newDrive(t, s)
			d.setUp()
			d.openDesks(s.street)
			d.run(driveTime(t))
			d.replayAll()
			s.end(syscall.SIGTERM)
			t.Log(d.tally())
			if s.stderr.Len() > 0 {
				t.Logf("log of the server:\n%.2000s", s.stderr.String())
			}
			now := clock.NewManual(s.now)
			a, err := app.New(t.Context(), app.Config{Dir: s.dir, DSN: s.dsn, Clock: now, Log: slog.New(slog.DiscardHandler), Wechat: s.street.payURL, Outbound: here()})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			s.street.finish(t, a, now)
			d.compareDesks(a, s.street)
			d.compare(a)
			sound(t, a, d.project)
		})
	}
}

// run lets the clients and the two people who make runs work while the server
// dies again and again.
func (d *drive) run(how time.Duration) {
	var clients, runners sync.WaitGroup
	stop := make(chan struct{})
	for i := range d.clients {
		clients.Go(func() { d.clients[i].work(stop) })
	}
	for i := range d.runners {
		runners.Go(func() { d.runners[i].work(stop) })
	}
	for _, do := range []func(){d.desks[0].giveBack, d.desks[1].issue, d.desks[2].readMeter} {
		runners.Go(func() { workUntil(stop, do) })
	}
	end := time.Now().Add(how)
	// A slow machine gets more time rather than a drive that shows nothing.
	for enough := end.Add(2 * time.Minute); time.Now().Before(end) || (d.thin() && time.Now().Before(enough)); {
		d.oneLife()
	}
	close(stop)
	clients.Wait()
	runners.Wait()
	for _, c := range d.clients {
		c.settle()
	}
	if d.thin() {
		d.t.Errorf("the drive shows too little: %s", d.tally())
	}
}

// oneLife lets the server live for a moment and ends it: every other time
// shortly after a run has begun, now and then in peace. On a busy machine the
// moment is longer: something has to happen in it, and the more lives pass in
// which no run is finished, the longer the next one is.
func (d *drive) oneLife() {
	enough := d.heard.Load() + 20
	runs := d.finished()
	longer := time.Duration(1 + d.barren/3)
	life := time.After(longer * time.Duration(200+rand.IntN(900)) * time.Millisecond)
	if rand.IntN(2) == 0 {
		select {
		case <-d.begun:
		default:
		}
		select {
		case <-d.begun:
			time.Sleep(longer * time.Duration(rand.IntN(60)) * time.Millisecond)
		case <-life:
		}
	} else {
		<-life
		for end := time.Now().Add(5 * time.Second); d.heard.Load() < enough && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
	}
	sig := syscall.SIGKILL
	if rand.IntN(8) == 0 {
		sig = syscall.SIGTERM
	} else {
		d.count(&d.kills)
	}
	d.server.end(sig)
	d.server.start()
	if d.barren++; d.finished() > runs {
		d.barren = 0
	}
}

// finished counts the runs that were released and stayed.
func (d *drive) finished() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.runs
}
