package dbtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"linli/internal/kit/db"
)

// Place is where an installation lives: its folder, and the address of its
// database when that is on PostgreSQL.
type Place struct{ Dir, DSN string }

// Furnished gives a test an installation of its own with everything that
// furnish puts into one: that is made once per process, engine and name, with
// the first test that asks, and copied for each. What furnish opens it closes;
// its answer is given to every test, which must not change it.
//
// The clock of a copy should begin after that of furnish has ended, or ids are
// made twice.
func Furnished[T any](t testing.TB, engine db.Engine, rooms []db.Migrations, name string, furnish func(Place) T) (Place, T) {
	t.Helper()
	base, at := "", Place{Dir: t.TempDir()}
	if engine == db.Postgres {
		base = address(t)
	}
	v, _ := models.LoadOrStore(string(engine)+" "+name, &model{})
	m := v.(*model)
	m.once.Do(func() {
		var err error
		if m.place.Dir, err = shared("linli-model-"); err != nil {
			t.Fatal(err)
		}
		if engine == db.Postgres {
			m.database = Name("model")
			m.place.DSN = named(base, m.database)
			if err := create(t.Context(), administer(t, base), m.database, migrated(t, base, rooms)); err != nil {
				t.Fatalf("create database: %v", err)
			}
		} else {
			copyTemplate(t, rooms, m.place.Dir)
		}
		m.made = furnish(m.place)
		m.whole = true
	})
	if !m.whole {
		t.Fatalf("%s was not made on %s; the first test that asked for it says why", name, engine)
	}
	copyFolder(t, at.Dir, m.place.Dir)
	if engine == db.Postgres {
		at.DSN = copyDatabase(t, base, m.database)
	}
	return at, m.made.(T)
}

// model is what copies are made of.
type model struct {
	once     sync.Once
	place    Place
	database string
	made     any
	whole    bool
}

var models sync.Map // engine and name → *model

// copyFolder copies files with their rights, which a key ring insists on.
func copyFolder(t testing.TB, to, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), info.Mode().Perm())
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, info.Mode().Perm())
	})
	if err != nil {
		t.Fatalf("copy %s: %v", from, err)
	}
}
