package roster

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

func scaled(t testing.TB, engine db.Engine) (*Service, *job.Queue, id.ID) {
	t.Helper()
	rooms := []db.Migrations{job.Migrations(), audit.Migrations(), file.Migrations(), estate.Migrations()}
	d := dbtest.Open(t, engine, rooms, clock.NewManual(dbtest.Start()))
	ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	q := job.New(d, slog.New(slog.DiscardHandler))
	log := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
	houses := estate.New(estate.Deps{DB: d, Ring: ring, Audit: log})
	s := New(Deps{DB: d, Ring: ring, Jobs: q, Audit: log, Estate: houses,
		Files: file.New(file.Deps{DB: d, Dir: t.TempDir()})})
	var project id.ID
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		p, err := houses.CreateProject(t.Context(), tx, actor.System("测试"), estate.Project{Name: "翠园", Kind: estate.KindResidential})
		project = p.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, q, project
}

// TestLargeImport holds imports to flat memory: five times the rows may take
// half as much again, and the largest allowed import little altogether. Memory
// is all ours on SQLite; on PostgreSQL fewer rows will do.
func TestLargeImport(t *testing.T) {
	for engine, n := range map[db.Engine]int{db.SQLite: 10_000, db.Postgres: 1_500} {
		t.Run(string(engine), func(t *testing.T) {
			few, many := grownBy(t, engine, n), grownBy(t, engine, 5*n)
			need := slices.Max(slices.Collect(maps.Values(few)))
			for stage, most := range many {
				t.Logf("%s: %d rows took %.1f MiB, %d took %.1f MiB", stage, n, mib(few[stage]), 5*n, mib(most))
				if slack := uint64(8 << 20); most > 60<<20 || most > need*3/2+slack {
					t.Errorf("%s: memory grows with the rows", stage)
				}
			}
		})
	}
}

func mib(n uint64) float64 { return float64(n) / (1 << 20) }

// manyRows is a roster of n rows, two to a room, in the way of an export that
// lists the owners first and who lives with them far below.
func manyRows(n int) []byte {
	var b bytes.Buffer
	b.WriteString("楼栋,单元,房号,楼层,建筑面积,姓名,身份,手机号,身份证号,租金\n")
	for k, part := range []string{"业主", "家属"} {
		for i := range n / 2 {
			fmt.Fprintf(&b, "%d,%d,%d%02d,%d,89.5,王小%c,%s,13%d%08d,,%d\n", i/1000+1, i/250%4+1, i/10%25+1, i%10+1, i/10%25+1, rune(0x4e00+i%3000), part,
				8+k, i, i%900+1000)
		}
	}
	return b.Bytes()
}

// grownBy measures how much the heap grows at each stage of the life of an
// import of n rows.
func grownBy(t *testing.T, engine db.Engine, n int) map[string]uint64 {
	t.Helper()
	s, q, project := scaled(t, engine)
	who, file := actor.System("测试"), manyRows(n)
	out := map[string]uint64{}
	stage := func(name string, do func() error) {
		t.Helper()
		stop, peak := watch()
		start := time.Now()
		err := do()
		close(stop)
		if out[name] = <-peak; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Logf("%s of %d rows: %v", name, n, time.Since(start))
	}
	var im Import
	see := func(state string, counts Counts) {
		t.Helper()
		var err error
		if im, err = s.Import(t.Context(), s.db.Reader(t.Context()), project, im.ID); err != nil || im.State != state || im.Report.Counts != counts {
			t.Fatalf("%s %+v %v", im.State, im.Report.Counts, err)
		}
	}
	check := func() (err error) {
		if im, err = s.StartImport(t.Context(), who, project, "a.csv", bytes.NewReader(file)); err == nil {
			err = q.Drain(t.Context())
		}
		return err
	}
	stage("check", check)
	fresh := Counts{Buildings: (n/2 + 999) / 1000, Units: (n/2 + 249) / 250, Rooms: n / 2, People: n, Occupants: n, Kept: n / 2}
	see(ImportReady, fresh)
	stage("apply", func() error {
		if _, err := s.ApplyImport(t.Context(), who, project, im.ID, ApplyOptions{}); err != nil {
			return err
		}
		held := longestWait(t, s.db)
		defer func() { t.Logf("another writer waited %v at most", held()) }()
		return q.Drain(t.Context())
	})
	see(ImportApplied, fresh)
	first := im
	stage("check again", check)
	see(ImportReady, Counts{RoomsSame: n / 2, PeopleSame: n, OccupantsSame: n})
	stage("undo", func() error { _, err := s.UndoImport(t.Context(), who, project, first.ID); return err })
	return out
}

// longestWait measures how long another command waits for its turn to write.
func longestWait(t *testing.T, d *db.DB) func() time.Duration {
	t.Helper()
	stop, longest := make(chan struct{}), make(chan time.Duration, 1)
	go func() {
		var most time.Duration
		for {
			select {
			case <-stop:
				longest <- most
				return
			case <-time.After(50 * time.Millisecond):
				begin := time.Now()
				if err := d.Write(context.Background(), func(*db.Tx) error { return nil }); err != nil {
					t.Error(err)
				}
				most = max(most, time.Since(begin))
			}
		}
	}()
	return func() time.Duration { close(stop); return <-longest }
}

// watch measures how much the heap grows until stop is closed.
func watch() (chan struct{}, chan uint64) {
	stop, peak := make(chan struct{}), make(chan uint64, 1)
	for range 3 { // what lies in pools survives one
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base, most := m.HeapInuse, m.HeapInuse
	go func() {
		for {
			select {
			case <-stop:
				peak <- most - base
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}()
	return stop, peak
}
