package app_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"linli/internal/app"
	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/export"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// person is somebody of a project with an account, as the edge knows him.
func (w *matrixWorld) person(t *testing.T, role string) actor.Actor {
	t.Helper()
	who, err := w.app.Identity.Authenticate(t.Context(), w.tokens[role], "test")
	if err != nil || who.Account == 0 {
		t.Fatalf("%s: %v", role, err)
	}
	return who
}

// fetched reads a finished export as a person gets it.
func (w *matrixWorld) fetched(t *testing.T, who actor.Actor, e file.Export) []byte {
	t.Helper()
	r, _, err := w.app.File.Download(t.Context(), who, w.a.ids["project"], e.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil || int64(len(b)) != e.Size {
		t.Fatalf("%d bytes, %d promised: %v", len(b), e.Size, err)
	}
	return b
}

func cellsOf(t *testing.T, b []byte) (rows [][]sheet.Cell) {
	t.Helper()
	book, err := sheet.Open("x.xlsx", bytes.NewReader(b), int64(len(b)), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	list, err := book.Sheets()
	if err != nil {
		t.Fatal(err)
	}
	if err := book.Rows(list[0].Name, func(_ int, cells []sheet.Cell) error {
		rows = append(rows, slices.Clone(cells))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

func texts(rows [][]sheet.Cell) string {
	var b strings.Builder
	for _, r := range rows {
		for _, c := range r {
			b.WriteString(c.Text + "|")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestEveryListExports: each list leaves as a table with its own rows, masked
// numbers, amounts that are numbers, and nothing of another project.
func TestEveryListExports(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], w.person(t, "admin")
		if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			if _, err := w.app.Estate.PutTag(ctx, tx, who, project, w.a.ids["tag"], []id.ID{w.a.ids["person"]}, true); err != nil {
				return err
			}
			_, err := w.app.Estate.SetValues(ctx, tx, who, project, estate.TagRoom, w.a.ids["room"], []estate.NewValue{{Field: w.a.ids["field"], Text: "朝南"}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{
			"rooms": {"房屋|", "甲金丝雀栋1单元101|101|1|住宅||89.30|", "|现住人数|标签|甲金丝雀栏|", "||朝南|\n"}, "people": {"姓名|类型|", "甲金丝雀业主|个人||138****8000|", "|标签|\n", "|甲金丝雀|\n"},
			"occupants": {"甲金丝雀栋1单元101|甲金丝雀业主|业主|138****8000|"}, "charges": {"应收|已收|已减免|补差减收|未收|", "甲金丝雀费|"},
			"receipts": {"收据号|", "|100.00|", "现金 100.00"}, "lines": {"正常"}, "invoices": {"|甲金丝雀|", "已撤销"}, "vehicles": {"车牌号|房屋|车主|", "|丙金丝雀栋1单元909|丙金丝雀车主|139****9000|"}, "audit": {"做了什么", "甲金丝雀"},
		}
		for _, key := range w.app.File.Offers() {
			if key == "project" || want[key] == nil {
				continue // tried elsewhere: they need rows of their own
			}
			query := ""
			if key == "lines" {
				query = "run=" + w.a.ids["run"].String()
			}
			e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: key, Query: query})
			if err != nil || e.State != file.ExportReady {
				t.Errorf("%s: %+v %v", key, e, err)
				continue
			}
			rows := cellsOf(t, w.fetched(t, who, e))
			all := texts(rows)
			if len(rows) != e.Rows+1 || e.Rows == 0 {
				t.Errorf("%s: %d rows for %d", key, len(rows), e.Rows)
			}
			for _, text := range want[key] {
				if !strings.Contains(all, text) {
					t.Errorf("%s lacks %q:\n%s", key, text, all)
				}
			}
			if strings.Contains(all, w.b.canary) || strings.Contains(all, "13800138000") {
				t.Errorf("%s tells too much:\n%s", key, all)
			}
			for i, title := range rows[0] {
				if strings.Contains("应收 金额", title.Text) && rows[1][i].Kind != sheet.KindNumber {
					t.Errorf("%s: %s is no number: %+v", key, title.Text, rows[1][i])
				}
			}
		}
		_, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "charges", Query: "state=nonsense"})
		if !errors.Is(err, export.ErrFilter) {
			t.Errorf("a wrong filter: %v", err)
		}
		if _, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "charges", Query: "bulding_id=1"}); !errors.Is(err, export.ErrFilter) {
			t.Errorf("an unknown filter: %v", err)
		}
		e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "charges", Query: "state=paid&count=true&limit=50"})
		if err != nil || e.Rows != 3 { // of the household that paid months ahead
			t.Errorf("the filter of the page is not the filter of the export: %+v %v", e, err)
		}
	})
}

// TestClearExports: numbers in clear take the right, a reason and leave a line;
// only who asked can fetch the file, and only for a day.
func TestClearExports(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, now *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], w.person(t, "clerk")
		for _, c := range []struct {
			role, reason string
			want         error
		}{{"cashier", "年检核对", actor.ErrForbidden}, {"clerk", " ", file.ErrReason}} {
			if _, err := w.app.File.Export(ctx, w.person(t, c.role), project, file.Wish{Key: "people", Clear: true, Reason: c.reason}); !errors.Is(err, c.want) {
				t.Errorf("%s with %q: %v", c.role, c.reason, err)
			}
		}
		e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "people", Clear: true, Reason: "年检核对"})
		if err != nil {
			t.Fatal(err)
		}
		if all := texts(cellsOf(t, w.fetched(t, who, e))); !strings.Contains(all, "13800138000") {
			t.Errorf("not in clear: %s", all)
		}
		log, err := w.app.Audit.Entries(ctx, project, audit.Filter{Request: page.Request{Limit: 1}, Action: "file.exported"})
		if err != nil || len(log.Items) != 1 || !strings.Contains(log.Items[0].Summary, "年检核对") || log.Items[0].Account != who.Account {
			t.Errorf("log: %+v %v", log.Items, err)
		}
		for _, other := range []string{"admin", "manager"} {
			if _, _, err := w.app.File.Download(ctx, w.person(t, other), project, e.ID); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s fetched it: %v", other, err)
			}
		}
		now.Advance(file.KeepExports)
		if _, _, err := w.app.File.Download(ctx, who, project, e.ID); !errors.Is(err, file.ErrExpired) {
			t.Errorf("after a day: %v", err)
		}
		now.Advance(1)
		if err := w.app.File.ForgetExports(ctx); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.app.File.Open(ctx, project, e.File); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("the file is still there: %v", err)
		}
	})
}

// TestLongExportIsAJob: what is long is made in the background, whole, and a
// text that looks like a formula stays text.
func TestLongExportIsAJob(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], w.person(t, "manager")
		rooms := make([]estate.Room, 2400) // beside the four of the world
		for i := range rooms {
			rooms[i] = estate.Room{Building: w.a.ids["building"], Unit: w.a.ids["unit"], Name: fmt.Sprint(1000 + i), Layout: "=1+1", Area: 10_000}
		}
		if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			return w.app.Estate.CreateRooms(ctx, tx, actor.System("test"), project, rooms)
		}); err != nil {
			t.Fatal(err)
		}
		e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "rooms"})
		if err != nil || e.State != file.ExportWaiting {
			t.Fatalf("%+v %v", e, err)
		}
		if _, _, err := w.app.File.Download(ctx, who, project, e.ID); !errors.Is(err, file.ErrNotReady) {
			t.Errorf("too early: %v", err)
		}
		// On paper it is cut, and says so; what the filters find of it is whole.
		if p, err := w.app.File.Paper(ctx, who, project, file.Wish{Key: "rooms"}); err != nil || len(p.Rows) != 2000 || !p.Cut {
			t.Errorf("paper of %d rows, cut %v: %v", len(p.Rows), p.Cut, err)
		}
		few, err := w.app.File.Paper(ctx, who, project, file.Wish{Key: "rooms", Query: "building_id=" + w.c.ids["building"].String()})
		if err != nil || len(few.Rows) != 1 || few.Cut || len(few.Rows[0]) != len(few.Columns) || few.Rows[0][0].String() == "" {
			t.Errorf("paper of another building: %+v %v", few, err)
		}
		for i, v := range few.Rows[0] {
			if v.String() == "" {
				t.Errorf("%s says nothing", few.Columns[i].Title)
			}
		}
		if err := w.app.Jobs.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if e, err = w.app.File.OneExport(ctx, who, project, e.ID); err != nil || e.State != file.ExportReady || e.Rows != 2404 {
			t.Fatalf("%+v %v", e, err)
		}
		seen, formulas := map[string]bool{}, 0
		for _, r := range cellsOf(t, w.fetched(t, who, e))[1:] {
			if seen[r[0].Text] = true; r[4].Kind == sheet.KindFormula {
				formulas++
			}
		}
		if len(seen) != 2404 || formulas > 0 {
			t.Errorf("%d different rooms, %d formulas", len(seen), formulas)
		}
	})
}

// TestWholeProject: the zip holds what its list says.
func TestWholeProject(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], w.person(t, "admin")
		if _, err := w.app.File.Paper(ctx, who, project, file.Wish{Key: "project"}); !errors.Is(err, file.ErrNoOffer) {
			t.Errorf("everything on paper: %v", err)
		}
		if _, err := w.app.File.Export(ctx, w.person(t, "clerk"), project, file.Wish{Key: "project"}); !errors.Is(err, actor.ErrForbidden) {
			t.Errorf("a clerk took everything: %v", err)
		}
		e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "project", Clear: true, Reason: "换系统"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.app.Jobs.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if e, err = w.app.File.OneExport(ctx, who, project, e.ID); err != nil || e.State != file.ExportReady {
			t.Fatalf("%+v %v", e, err)
		}
		checkedZip(t, w.fetched(t, who, e), w.b.canary)
		// The spreadsheets come first and take longest: their rows are progress, too.
		m, err := w.app.Canonical(ctx, project, true)
		data := 0
		for _, table := range m.Tables {
			data += table.Rows
		}
		if err != nil || e.Rows <= data {
			t.Errorf("%d rows written, %d of them data: %v", e.Rows, data, err)
		}
	})
}

// TestWholeProjectOnBothEngines: the rows of a project have the same content on
// SQLite and on PostgreSQL.
func TestWholeProjectOnBothEngines(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	to := dbtest.Open(t, db.Postgres, app.Migrations(), clock.NewManual(dbtest.Start()))
	p := admit(t, db.SQLite)
	twin, err := app.Build(ctx, to, app.Config{Dir: p.config.Dir, Log: slog.New(slog.DiscardHandler), Version: "test", Outbound: here()})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := p.app.DB.ProjectTables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for left := -1; len(tables) > 0 && len(tables) != left; {
		left = len(tables)
		tables = slices.DeleteFunc(tables, func(table db.Table) bool { return moved(t, p.app.DB, to, table, p.project) == nil })
	}
	before, err := p.app.Canonical(ctx, p.project, true)
	if err != nil {
		t.Fatal(err)
	}
	if after, err := twin.Canonical(ctx, p.project, true); err != nil || after.Content != before.Content || len(before.Tables) < 15 {
		t.Errorf("the engines differ (%v):\n%+v\n%+v", err, before.Tables, after.Tables)
	}
}

// moved copies the rows of a project in one table; references to tables that
// are not there yet fail it.
func moved(t *testing.T, from, to *db.DB, table db.Table, project id.ID) error {
	t.Helper()
	return to.Write(t.Context(), func(tx *db.Tx) error {
		return from.Dump(t.Context(), table, table.Columns, int64(project), func(values []any) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO "+table.Name+" ("+strings.Join(table.Columns, ", ")+") VALUES ("+db.In(len(values))+")", values...)
			return err
		})
	})
}

// checkedZip holds a zip against its own list.
func checkedZip(t *testing.T, b []byte, canary string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	var m app.Whole
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(part, []byte(canary)) {
			t.Errorf("%s tells of the other project", f.Name)
		}
		sums[f.Name] = sum(part)
		if f.Name == "清单.json" {
			if err := json.Unmarshal(part, &m); err != nil {
				t.Fatal(err)
			}
		}
		if f.Name == "数据/estate_person.jsonl" && !bytes.Contains(part, []byte("13800138000")) {
			t.Errorf("not in clear: %s", part)
		}
	}
	if len(m.Tables) < 15 {
		t.Errorf("only %d tables", len(m.Tables))
	}
	for _, table := range m.Tables {
		if sums["数据/"+table.Name+".jsonl"] != table.SHA256 {
			t.Errorf("%s is not what the list says", table.Name)
		}
	}
	if sums["表格/房屋.xlsx"] == "" || sums["表格/费用明细.xlsx"] == "" {
		t.Errorf("no spreadsheets: %v", sums)
	}
}

// TestWholeProjectAfterRestore: a backup brings back exactly the content.
func TestWholeProjectAfterRestore(t *testing.T) {
	t.Parallel()
	p := admit(t, db.SQLite)
	before, err := p.app.Canonical(t.Context(), p.project, true)
	if err != nil {
		t.Fatal(err)
	}
	again, err := restored(t, p.backup(t, ""), "").app.Canonical(t.Context(), p.project, true)
	if err != nil || again.Content != before.Content {
		t.Errorf("content %s, before %s: %v", again.Content, before.Content, err)
	}
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// A list on paper is the list of its page, masked whatever is asked for, without
// columns that say nothing; what is too long is cut and says so.
func TestListsOnPaper(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], w.person(t, "admin")
		for _, key := range []string{"rooms", "people", "occupants", "charges", "receipts", "vehicles"} {
			p, err := w.app.File.Paper(ctx, who, project, file.Wish{Key: key, Clear: true, Reason: "年检核对"})
			if err != nil || len(p.Rows) == 0 || p.Cut {
				t.Errorf("%s: %d rows, cut %v, %v", key, len(p.Rows), p.Cut, err)
				continue
			}
			e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: key})
			if err != nil || e.Rows != len(p.Rows) {
				t.Errorf("%s: %d rows as a table, %d on paper, %v", key, e.Rows, len(p.Rows), err)
			}
			said := make([]bool, len(p.Columns))
			for _, row := range p.Rows {
				if len(row) != len(p.Columns) {
					t.Fatalf("%s: %d cells under %d titles", key, len(row), len(p.Columns))
				}
				for i, v := range row {
					said[i] = said[i] || v.String() != ""
					if strings.Contains(v.String(), "13800138000") || strings.Contains(v.String(), w.b.canary) {
						t.Errorf("%s tells too much: %s", key, v.String())
					}
				}
			}
			if slices.Contains(said, false) {
				t.Errorf("%s: columns %v say %v", key, p.Columns, said)
			}
			first := cellsOf(t, w.fetched(t, who, e))
			for i, title := range p.Columns {
				at := slices.IndexFunc(first[0], func(c sheet.Cell) bool { return c.Text == title.Title })
				if at < 0 || p.Rows[0][i].String() == "" != (first[1][at].Text == "") {
					t.Errorf("%s: %s is %q on paper, %+v as a table", key, title.Title, p.Rows[0][i].String(), first[1])
				}
			}
		}
		if _, err := w.app.File.Paper(ctx, who, project, file.Wish{Key: "project"}); !errors.Is(err, file.ErrNoOffer) {
			t.Errorf("a whole project on paper: %v", err)
		}
		if _, err := w.app.File.Paper(ctx, w.person(t, "none"), project, file.Wish{Key: "people"}); !errors.Is(err, actor.ErrForbidden) {
			t.Errorf("without the right: %v", err)
		}
		rooms := make([]estate.Room, 2001)
		for i := range rooms {
			rooms[i] = estate.Room{Building: w.a.ids["building"], Unit: w.a.ids["unit"], Name: fmt.Sprint(10_001 + i), Floor: 1, Area: 1}
		}
		if err := w.app.DB.Write(ctx, func(tx *db.Tx) error { return w.app.Estate.CreateRooms(ctx, tx, who, project, rooms) }); err != nil {
			t.Fatal(err)
		}
		p, err := w.app.File.Paper(ctx, who, project, file.Wish{Key: "rooms"})
		if err != nil || len(p.Rows) != 2000 || !p.Cut {
			t.Errorf("a long list: %d rows, cut %v, %v", len(p.Rows), p.Cut, err)
		}
	})
}
