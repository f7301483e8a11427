package meter_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/roster"
)

// Sheets of readings are held to flat memory: five times the meters may take
// half as much again.
func TestLargeSheet(t *testing.T) {
	dbtest.Flat(t, 800, 6, func(t *testing.T, n int) (out map[string]uint64) {
		now := clock.NewManual(dbtest.Start())
		open(t, dbtest.Open(t, db.SQLite, tables(), now), now, func(w *world) { out = w.grown(n) })
		return out
	})
}

func (w *world) grown(n int) map[string]uint64 {
	w.Helper()
	ctx := w.Context()
	w.write(nil, func(ctx context.Context, tx *db.Tx) error {
		list := make([]estate.Room, n)
		for i := range list {
			list[i] = estate.Room{Building: w.building, Name: fmt.Sprint(10_000 + i), Area: 8950, Floor: 1}
		}
		if err := w.estate.CreateRooms(ctx, tx, w.who, w.project, list); err != nil {
			return err
		}
		_, err := w.meter.InstallAll(ctx, tx, w.who, w.project, 0, meter.Meter{Kind: supply.Water, Digits: 5, Installed: 20250101})
		return err
	})
	var b bytes.Buffer
	b.WriteString("房号,本期读数,抄表日期,备注\n")
	for i := range n {
		fmt.Fprintf(&b, "1-%d,%d,2025-01-09,看门的师傅抄的\n", 10_000+i, i%90+10)
	}
	out := map[string]uint64{}
	stage := func(name, state string, do func() (roster.Import, error)) roster.Import {
		w.Helper()
		var im roster.Import
		var err error
		held := dbtest.LongestWait(w.T, w.db)
		defer func() { w.Logf("%s of %d rows: another writer waited %v at most", name, n, held()) }()
		out[name], err = dbtest.Grown(func() error {
			if im, err = do(); err == nil {
				err = w.jobs.Drain(ctx)
			}
			return err
		})
		if err == nil {
			im, err = w.roster.Import(ctx, w.db.Reader(ctx), w.project, im.ID)
		}
		if err != nil || im.State != state || im.Rows != n {
			w.Fatalf("%s: %s of %d rows, %v %v", name, im.State, im.Rows, w.wrong(im), err)
		}
		return im
	}
	im := stage("check", roster.ImportReady, func() (roster.Import, error) {
		return w.roster.StartImportOf(ctx, w.who, w.project, meter.ImportKind(supply.Water), "抄表.csv", bytes.NewReader(b.Bytes()))
	})
	stage("apply", roster.ImportApplied, func() (roster.Import, error) {
		return w.roster.ApplyImport(ctx, w.who, w.project, im.ID, roster.ApplyOptions{})
	})
	stage("undo", roster.ImportUndone, func() (roster.Import, error) { return w.roster.UndoImport(ctx, w.who, w.project, im.ID) })
	return out
}
