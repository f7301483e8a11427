package roster

import (
	"bytes"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
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
	"linli/internal/kit/page"
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

// Imports are held to flat memory. Memory is all ours on SQLite; on PostgreSQL
// fewer rows will do.
func TestLargeImport(t *testing.T) {
	for engine, n := range map[db.Engine]int{db.SQLite: 2_000, db.Postgres: 600} {
		t.Run(string(engine), func(t *testing.T) {
			dbtest.Flat(t, n, 8, func(t *testing.T, n int) map[string]uint64 { return grownBy(t, engine, n) })
		})
	}
}

// TestLargeImportOfOnePlace does the same for a sheet of vehicles, for a roster
// of one building, and for one that names one room again and again.
func TestLargeImportOfOnePlace(t *testing.T) {
	t.Run("vehicles", func(t *testing.T) {
		dbtest.Flat(t, 4_000, 6, func(t *testing.T, n int) map[string]uint64 {
			var b bytes.Buffer
			b.WriteString("车牌号,车主,手机号,车辆品牌,车位\n")
			for i := range n {
				fmt.Fprintf(&b, "浙A%05d,王小%c,138%08d,比亚迪,B1-%d\n", i, rune(0x4e00+i%3000), i, i)
			}
			return stages(t, KindVehicles, b.Bytes(), ImportApplied)
		})
	})
	t.Run("building", func(t *testing.T) {
		dbtest.Flat(t, 2_000, 8, func(t *testing.T, n int) map[string]uint64 {
			var b bytes.Buffer
			b.WriteString("楼栋,单元,房号,楼层,建筑面积,姓名,身份\n")
			for i := range n {
				fmt.Fprintf(&b, "1,%d,%d,%d,89.5,王小%c,业主\n", i%4+1, i, i%30+1, rune(0x4e00+i%3000))
			}
			return stages(t, KindRoster, b.Bytes(), ImportApplied)
		})
	})
	t.Run("room", func(t *testing.T) {
		dbtest.Flat(t, 4_000, 6, func(t *testing.T, n int) map[string]uint64 {
			var b bytes.Buffer
			b.WriteString("楼栋,单元,房号,楼层,建筑面积,姓名,身份,手机号\n")
			for i := range n {
				fmt.Fprintf(&b, "1,1,101,1,89.5,王小%c,家属,138%08d\n", rune(0x4e00+i%3000), i)
			}
			return stages(t, KindRoster, b.Bytes(), ImportRefused)
		})
	})
}

// stages measures the life of an import of a file, which ends as it should.
func stages(t *testing.T, kind string, file []byte, end string) map[string]uint64 {
	t.Helper()
	s, q, project := scaled(t, db.SQLite)
	ctx, who := t.Context(), actor.System("测试")
	out := map[string]uint64{}
	stage := func(name string, do func() error) {
		t.Helper()
		start := time.Now()
		var err error
		if out[name], err = dbtest.Grown(do); err == nil {
			err = q.Drain(ctx)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Logf("%s: %v", name, time.Since(start))
	}
	var im Import
	stage("check", func() (err error) {
		if im, err = s.StartImportOf(ctx, who, project, kind, "a.csv", bytes.NewReader(file)); err == nil {
			err = q.Drain(ctx)
		}
		return err
	})
	if end != ImportRefused {
		stage("apply", func() error {
			if _, err := s.ApplyImport(ctx, who, project, im.ID, ApplyOptions{}); err != nil {
				return err
			}
			held := dbtest.LongestWait(t, s.db)
			defer func() { t.Logf("another writer waited %v at most", held()) }()
			return q.Drain(ctx)
		})
	}
	im, err := s.Import(ctx, s.db.Reader(ctx), project, im.ID)
	if err != nil || im.State != end {
		t.Fatalf("%s %+v %v", im.State, im.Report.Counts, err)
	}
	if end == ImportRefused { // a room that is named too often is one word, at the row that is one too many
		l, err := s.ImportErrors(ctx, project, im.ID, page.Request{Limit: 10})
		if err != nil || len(l.Items) != 1 || l.Items[0].Row != maxRoomRows+2 || !strings.Contains(l.Items[0].Message, "一间房最多写") {
			t.Errorf("%+v %v", l.Items, err)
		}
	}
	if end == ImportApplied {
		stage("undo", func() error { _, err := s.UndoImport(ctx, who, project, im.ID); return err })
	}
	return out
}

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
		start := time.Now()
		var err error
		if out[name], err = dbtest.Grown(do); err != nil {
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
		held := dbtest.LongestWait(t, s.db)
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
