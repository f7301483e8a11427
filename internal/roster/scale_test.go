package roster

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
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

// TestLargeImport holds an import of the largest allowed size to its memory:
// 50,000 rows on SQLite, where memory is all ours, fewer on PostgreSQL.
func TestLargeImport(t *testing.T) {
	for engine, n := range map[db.Engine]int{db.SQLite: 50_000, db.Postgres: 5_000} {
		t.Run(string(engine), func(t *testing.T) {
			var b bytes.Buffer
			b.WriteString("楼栋,单元,房号,楼层,建筑面积,姓名,手机号\n")
			for i := range n {
				fmt.Fprintf(&b, "%d,%d,%d%02d,%d,89.5,王小%c,138%08d\n", i/1000+1, i/250%4+1, i/10%25+1, i%10+1, i/10%25+1, rune(0x4e00+i%3000), i)
			}
			s, q, project := scaled(t, engine)
			stop, peak := watch()
			start := time.Now()
			im, err := s.StartImport(t.Context(), actor.System("测试"), project, "a.csv", &b)
			if err == nil {
				err = q.Drain(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			checked := time.Since(start)
			if _, err := s.ApplyImport(t.Context(), actor.System("测试"), project, im.ID, ApplyOptions{}); err != nil {
				t.Fatal(err)
			}
			held := longestWait(t, s.db)
			if err := q.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			hold := held()
			close(stop)
			grown := <-peak
			im, err = s.Import(t.Context(), s.db.Reader(t.Context()), project, im.ID)
			if err != nil || im.State != ImportApplied || im.Report.Counts.Rooms != n || im.Report.Counts.People != n {
				t.Fatalf("%s %+v %v", im.State, im.Report.Counts, err)
			}
			t.Logf("%d rows checked in %v, all in %v, heap grew by %d MiB, another writer waited %v at most", n, checked, time.Since(start), grown>>20, hold)
			if grown > 256<<20 {
				t.Errorf("heap grew by %d MiB", grown>>20)
			}
		})
	}
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
	runtime.GC()
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
