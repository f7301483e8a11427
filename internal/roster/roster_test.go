package roster_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/web"
	"linli/internal/roster"
)

type house struct {
	t      *testing.T
	ctx    context.Context
	d      *db.DB
	s      *roster.Service
	estate *estate.Service
	audit  *audit.Service
	jobs   *job.Queue
	who    actor.Actor
	p      id.ID
}

func rooms() []db.Migrations {
	return []db.Migrations{job.Migrations(), web.Migrations(), audit.Migrations(), file.Migrations(), estate.Migrations()}
}

func run(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) { f(t, newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	dir := t.TempDir()
	ring, err := crypt.Open(filepath.Join(dir, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, ctx: t.Context(), d: d, who: actor.System("测试"), jobs: job.New(d, slog.New(slog.DiscardHandler))}
	h.audit = audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
	h.estate = estate.New(estate.Deps{DB: d, Audit: h.audit, Ring: ring})
	h.s = roster.New(roster.Deps{DB: d, Audit: h.audit, Ring: ring, Estate: h.estate, Jobs: h.jobs, Files: file.New(file.Deps{DB: d, Dir: filepath.Join(dir, "files")})})
	h.p = h.project("翠园")
	return h
}

func (h *house) write(f func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.d.Write(h.ctx, f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) project(name string) (out id.ID) {
	h.t.Helper()
	h.write(func(tx *db.Tx) error {
		p, err := h.estate.CreateProject(h.ctx, tx, h.who, estate.Project{Name: name, Kind: estate.KindResidential})
		out = p.ID
		return err
	})
	return out
}

// building makes 楼 with one unit and rooms by number.
func (h *house) building(name, unit string, numbers ...string) []estate.Room {
	h.t.Helper()
	var out []estate.Room
	h.write(func(tx *db.Tx) error {
		b, err := h.estate.CreateBuilding(h.ctx, tx, h.who, h.p, estate.Building{Name: name, Floors: 18})
		if err != nil {
			return err
		}
		var u estate.Unit
		if unit != "" {
			if u, err = h.estate.CreateUnit(h.ctx, tx, h.who, h.p, b.ID, unit); err != nil {
				return err
			}
		}
		out = make([]estate.Room, len(numbers))
		for i, n := range numbers {
			out[i] = estate.Room{Building: b.ID, Unit: u.ID, Name: n, Floor: 1 + i, Area: 8950}
		}
		return h.estate.CreateRooms(h.ctx, tx, h.who, h.p, out)
	})
	return out
}

func (h *house) person(in estate.PersonInput) (p estate.Person) {
	h.t.Helper()
	h.write(func(tx *db.Tx) (err error) {
		p, err = h.estate.CreatePerson(h.ctx, tx, h.who, h.p, in)
		return err
	})
	return p
}

func (h *house) occupant(o estate.Occupant) (out estate.Occupant) {
	h.t.Helper()
	h.write(func(tx *db.Tx) (err error) {
		out, err = h.estate.AddOccupant(h.ctx, tx, h.who, h.p, o)
		return err
	})
	return out
}

func (h *house) labels(text string) []string {
	h.t.Helper()
	hits, err := h.estate.Search(h.ctx, h.p, text, 10)
	if err != nil {
		h.t.Fatalf("search %q: %v", text, err)
	}
	out := []string{}
	for _, hit := range hits {
		out = append(out, hit.Label)
	}
	return out
}

func code(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
