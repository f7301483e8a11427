package app_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/roster"
)

// estateContent is what a project is made of, without the imports themselves.
func estateContent(t *testing.T, a *app.App, project id.ID) string {
	t.Helper()
	m, err := a.Canonical(t.Context(), project, true)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, table := range m.Tables {
		if strings.HasPrefix(table.Name, "estate_") && !strings.HasPrefix(table.Name, "estate_import") {
			fmt.Fprintf(&b, "%s %d %s\n", table.Name, table.Rows, table.SHA256)
		}
	}
	return b.String()
}

func (w *matrixWorld) imported(t *testing.T, name, csv string) roster.Import {
	t.Helper()
	ctx, project, who := t.Context(), w.a.ids["project"], actor.System("test")
	im, err := w.app.Roster.StartImport(ctx, who, project, name, strings.NewReader(csv))
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err == nil {
		_, err = w.app.Roster.ApplyImport(ctx, who, project, im.ID, roster.ApplyOptions{})
	}
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err == nil {
		im, err = w.app.Roster.Import(ctx, w.app.DB.Reader(ctx), project, im.ID)
	}
	if err != nil || im.State != roster.ImportApplied {
		t.Fatalf("import %s: %+v %v", name, im, err)
	}
	return im
}

// TestUndoRestores: taking an import back leaves exactly what was before it,
// whatever it made and changed; and the search finds no trace of it.
func TestUndoRestores(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], actor.System("test")
		before := estateContent(t, w.app, project)
		im := w.imported(t, "改.csv", "楼栋,单元,房号,总层数,建筑面积,房屋状态,姓名,身份,手机号,缴费人\n"+
			"甲金丝雀栋,1单元,101,18,90.10,自住,甲金丝雀业主,业主,13500135000,\n"+
			"甲金丝雀栋,1单元,101,,,,孟小满,租户,13700137000,是\n"+
			"甲金丝雀栋,1单元,102,,88.00,,孟小满,业主,13700137000,\n"+
			"6栋,2单元,601,11,77.00,出租,苏晚,业主,13600136000,\n")
		if during := estateContent(t, w.app, project); during == before {
			t.Fatal("the import changed nothing")
		}
		if _, err := w.app.Roster.UndoImport(ctx, who, w.b.ids["project"], im.ID); err == nil {
			t.Error("undone from another project")
		}
		im, err := w.app.Roster.UndoImport(ctx, who, project, im.ID)
		if err != nil || im.State != roster.ImportUndone {
			t.Fatalf("undo: %+v %v", im, err)
		}
		if after := estateContent(t, w.app, project); after != before {
			t.Errorf("not as before:\n%s\n%s", before, after)
		}
		for _, text := range []string{"苏晚", "6栋601", "13500135000"} {
			if hits, err := w.app.Estate.Search(ctx, project, text, 5); err != nil || len(hits) > 0 {
				t.Errorf("%s is still found: %+v %v", text, hits, err)
			}
		}
		if _, err := w.app.Roster.UndoImport(ctx, who, project, im.ID); !errors.Is(err, roster.ErrNotApplied) {
			t.Errorf("undone twice: %v", err)
		}
		w.imported(t, "又.csv", "楼栋,单元,房号\n6栋,2单元,601\n")
		sound(t, w.app, project)
	})
}

// TestUndoIsRefused once anything of the import is in use.
func TestUndoIsRefused(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, now *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], actor.System("test")
		write := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := w.app.DB.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		room := func(text string) id.ID {
			t.Helper()
			hits, err := w.app.Estate.Search(ctx, project, text, 1)
			if err != nil || len(hits) == 0 {
				t.Fatalf("%s: %v", text, err)
			}
			return hits[0].Room
		}
		for i, c := range []struct {
			name string
			use  func(label string)
			want error
		}{
			{"an edited room", func(label string) {
				write(func(tx *db.Tx) error {
					layout := "两室"
					_, err := w.app.Estate.EditRoom(ctx, tx, who, project, room(label), estate.RoomEdit{Version: 1, Layout: &layout})
					return err
				})
			}, roster.ErrChanged},
			{"another occupant", func(label string) {
				write(func(tx *db.Tx) error {
					_, err := w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: room(label), Person: estate.Person{ID: w.a.ids["person"]}, Part: estate.PartTenant})
					return err
				})
			}, roster.ErrUsed},
			{"a bill", func(string) {
				now.Advance(31 * 24 * time.Hour)
				if _, err := w.app.Billing.StartRun(ctx, who, project, clock.MonthOf(now.Now()).Add(1)); err != nil {
					t.Fatal(err)
				}
				if err := w.app.Jobs.Drain(ctx); err != nil {
					t.Fatal(err)
				}
			}, roster.ErrUsed},
		} {
			now.Advance(time.Minute)
			label := fmt.Sprintf("7%d栋1单元101", i)
			im := w.imported(t, label+".csv", fmt.Sprintf("楼栋,单元,房号,建筑面积,姓名\n7%d栋,1单元,101,80,用例%d\n", i, i))
			c.use(label)
			before := estateContent(t, w.app, project)
			if _, err := w.app.Roster.UndoImport(ctx, who, project, im.ID); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
			if estateContent(t, w.app, project) != before {
				t.Errorf("%s: a refused undo wrote something", c.name)
			}
		}
	})
}
