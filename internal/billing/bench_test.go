package billing_test

import (
	"context"
	"fmt"
	"linli/internal/billing/billingtest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

const benchRooms = 100_000

func benchWorld(b *testing.B, engine db.Engine) (*world, []tariff.Item) {
	now := clock.NewManual(dbtest.Start())
	w := newWorld(b, dbtest.Open(b, engine, billingtest.Migrations(), now), now, 0)
	for done := 0; done < benchRooms; done += 10_000 {
		list := make([]estate.Room, 10_000)
		for i := range list {
			list[i] = estate.Room{Area: money.Area(6000 + (done+i)*7919%9000), Floor: 1 + i%30}
		}
		w.Rooms(list...)
	}
	items := []tariff.Item{
		w.Item(tariff.Item{Name: "物业服务费"}, "2.35", ""),
		w.Item(tariff.Item{Name: "垃圾清运费", Basis: tariff.Fixed}, "8", ""),
		w.Item(tariff.Item{Name: "公共能耗费", Basis: tariff.ByFormula}, "0.31", "如果(面积>100, 面积*单价, 面积*0.28)"),
	}
	if engine == db.Postgres {
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "ANALYZE")
			return err
		})
	}
	return w, items
}

// BenchmarkRun measures generating and releasing 100,000 rooms × 3 items
// against the same rows written by the database alone, with the same tables
// and indexes. Run it with -benchtime=1x; it prints the ratio and the peak of
// the heap.
func BenchmarkRun(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		if engine == db.Postgres && os.Getenv("LINLI_TEST_PG") == "" {
			continue
		}
		b.Run(string(engine), func(b *testing.B) {
			for b.Loop() {
				w, items := benchWorld(b, engine)
				b.ResetTimer()
				spent := w.cpu()
				inside := w.insertSelect(items)
				insideCPU := w.cpu() - spent
				peak := watchHeap()
				began, spent := time.Now(), w.cpu()
				r := w.run(202611)
				generated := time.Since(began)
				r = w.release(r)
				whole := time.Since(began)
				if r.Lines != 3*benchRooms {
					b.Fatalf("%d lines", r.Lines)
				}
				cpu := w.cpu() - spent
				b.ReportMetric(cpu.Seconds()/insideCPU.Seconds(), "cpu-ratio")
				b.ReportMetric(inside.Seconds(), "s-inside")
				b.ReportMetric(generated.Seconds(), "s-generate")
				b.ReportMetric(whole.Seconds(), "s-linli")
				b.ReportMetric(whole.Seconds()/inside.Seconds(), "ratio")
				b.ReportMetric(float64(peak())/(1<<20), "MB-heap")
			}
		})
	}
}

// insertSelect writes charges and postings inside the database and takes them
// away again.
func (w *world) insertSelect(items []tariff.Item) time.Duration {
	w.Helper()
	const run = 1
	amounts := []string{"(2350000 * area + 500000) / 1000000", "800", "CASE WHEN area > 10000 THEN (310000 * area + 500000) / 1000000 ELSE (280000 * area + 500000) / 1000000 END"}
	base := id.ID(1)
	began := time.Now()
	for i, amount := range amounts {
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO billing_charge (project_id, id, run_id, part, item_id, source_id, subject_id, payer_id, month,
				rate_id, quantity, price, factor, amount, due_date)
				SELECT project_id, %d + ROW_NUMBER() OVER (ORDER BY id), %d, 1, %d, id, id, payer_id, 202611, 1, area * 100, 2350000, 10001, %s, 20261130
				FROM estate_room WHERE project_id = %d`, base+id.ID(i)*benchRooms, run, items[i].ID, amount, w.Project))
			return err
		})
	}
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO ledger_posting (project_id, id, doc_kind, doc_id, date, debit, credit, amount, subject_id, item_id, at)
			SELECT project_id, %d + ROW_NUMBER() OVER (ORDER BY id), 1, %d, 20261121, 1122, 6001, amount, subject_id, item_id, 0
			FROM billing_charge WHERE project_id = %d AND run_id = %d`, base, run, w.Project, run))
		return err
	})
	took := time.Since(began)
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM billing_charge"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM ledger_posting")
		return err
	})
	if w.DB.Engine() == db.Postgres {
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "TRUNCATE billing_charge, ledger_posting")
			return err
		})
	}
	return took
}

// watchHeap samples the heap until the returned function is called, which
// gives the peak in bytes.
func watchHeap() func() uint64 {
	runtime.GC()
	var peak atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); <-stopped; return peak.Load() }
}

// cpu is the processor time of this process and of PostgreSQL's backends of
// this database, which says more than the clock on a busy machine. It is zero
// where there is no /proc.
func (w *world) cpu() time.Duration {
	w.Helper()
	pids := []int{os.Getpid()}
	if w.DB.Engine() == db.Postgres {
		rows, err := w.DB.Reader(context.Background()).Query(context.Background(), "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
		got, err := db.Collect(rows, err, func(row db.Scanner) (int, error) {
			var pid int
			return pid, row.Scan(&pid)
		})
		if err != nil {
			w.Fatal(err)
		}
		pids = append(pids, got...)
	}
	var ticks int64
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		for _, f := range fields[11:13] {
			n, err := strconv.ParseInt(f, 10, 64)
			if err != nil {
				w.Fatal(err)
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
