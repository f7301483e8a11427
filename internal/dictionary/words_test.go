package dictionary_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/dictionary"
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
)

func TestLists(t *testing.T) {
	tables := []db.Migrations{job.Migrations(), web.Migrations(), audit.Migrations(), file.Migrations(), estate.Migrations(), dictionary.Migrations()}
	dbtest.Run(t, tables, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		log, who := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()}), actor.System("测试")
		houses := estate.New(estate.Deps{DB: d, Audit: log, Ring: ring})
		s := dictionary.New(dictionary.Deps{DB: d, Audit: log})
		var project, other id.ID
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			for _, p := range []struct {
				to   *id.ID
				name string
			}{{&project, "翠湖花园"}, {&other, "兰亭雅苑"}} {
				made, err := houses.CreateProject(t.Context(), tx, who, estate.Project{Name: p.name, Kind: estate.KindResidential})
				if err != nil {
					return err
				}
				*p.to = made.ID
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		set := func(key string, version int, words ...string) (out dictionary.List, err error) {
			err = d.Write(t.Context(), func(tx *db.Tx) error {
				out, err = s.Put(t.Context(), tx, who, project, dictionary.List{Key: key, Words: words, Version: version})
				return err
			})
			return out, err
		}
		read := func(key string) dictionary.List {
			list, err := s.Lists(t.Context(), d.Reader(t.Context()), project)
			i := slices.IndexFunc(list, func(x dictionary.List) bool { return x.Key == key })
			if err != nil || i < 0 {
				t.Fatalf("%s among %+v: %v", key, list, err)
			}
			return list[i]
		}
		if d := read(dictionary.Layout); d.Version != 0 || !slices.Contains(d.Words, "三室两厅") {
			t.Errorf("ready-made: %+v", d)
		}
		for _, c := range []struct {
			key     string
			version int
			words   []string
			want    error
		}{
			{"colour", 0, []string{"红"}, fault.ErrNotFound},
			{dictionary.Layout, 1, []string{"A 户型"}, fault.ErrStale},
			{dictionary.Layout, 0, []string{"A 户型", " A 户型 "}, dictionary.ErrWords},
			{dictionary.Layout, 0, []string{strings.Repeat("大", 21)}, dictionary.ErrWords},
			{dictionary.Layout, 0, strings.Split("一二三四五六七八九十百千万亿甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午", ""), dictionary.ErrWords},
			{dictionary.Layout, 0, []string{" A 户型", "", "B 户型"}, nil},
			{dictionary.Layout, 0, []string{"C 户型"}, fault.ErrStale},
			{dictionary.Layout, 1, []string{"A 户型", "B 户型"}, nil},
			{dictionary.Layout, 1, nil, nil},
		} {
			if _, err := set(c.key, c.version, c.words...); !errors.Is(err, c.want) {
				t.Errorf("%s %d %v: %v", c.key, c.version, c.words, err)
			}
			if c.want == nil && len(c.words) == 3 {
				if d := read(dictionary.Layout); d.Version != 1 || !slices.Equal(d.Words, []string{"A 户型", "B 户型"}) {
					t.Errorf("own words: %+v", d)
				}
			}
		}
		if d := read(dictionary.Layout); d.Version != 2 || len(d.Words) != 0 {
			t.Errorf("none: %+v", d)
		}
		if _, err := set(dictionary.VoidReason, 0, "金额收错", "换人交费"); err != nil {
			t.Fatal(err)
		}
		entries, err := log.Entries(t.Context(), project, audit.Filter{Action: "dictionary.changed"})
		if err != nil || len(entries.Items) != 3 || !strings.Contains(entries.Items[0].Before, "业主要求退款") {
			t.Errorf("log %+v %v", entries.Items, err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return s.CopySetup(t.Context(), tx, project, other) }); err != nil {
			t.Fatal(err)
		}
		copied, err := s.Lists(t.Context(), d.Reader(t.Context()), other)
		if err != nil || copied[0].Version != 1 || len(copied[0].Words) != 0 || !slices.Equal(copied[1].Words, []string{"金额收错", "换人交费"}) || copied[2].Version != 0 {
			t.Errorf("copied %+v %v", copied, err)
		}
	})
}
