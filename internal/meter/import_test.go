package meter_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/roster"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// sheetOf uploads a file and has it checked.
func (w *world) sheetOf(content string) roster.Import {
	w.Helper()
	im, err := w.roster.StartImportOf(w.Context(), w.who, w.project, meter.ImportKind(supply.Water), "抄表.csv", strings.NewReader(content))
	if err == nil {
		err = w.jobs.Drain(w.Context())
	}
	if err == nil {
		im, err = w.roster.Import(w.Context(), w.db.Reader(w.Context()), w.project, im.ID)
	}
	if err != nil {
		w.Fatal(err)
	}
	return im
}

func (w *world) apply(im roster.Import) roster.Import {
	w.Helper()
	_, err := w.roster.ApplyImport(w.Context(), w.who, w.project, im.ID, roster.ApplyOptions{})
	if err == nil {
		err = w.jobs.Drain(w.Context())
	}
	if err == nil {
		im, err = w.roster.Import(w.Context(), w.db.Reader(w.Context()), w.project, im.ID)
	}
	if err != nil || im.State != roster.ImportApplied {
		w.Fatalf("not applied: %s %v %v", im.State, err, w.wrong(im))
	}
	return im
}

func (w *world) wrong(im roster.Import) []string {
	w.Helper()
	l, err := w.roster.ImportErrors(w.Context(), w.project, im.ID, page.Request{Limit: 100})
	if err != nil {
		w.Fatal(err)
	}
	out := []string{}
	for _, e := range l.Items {
		out = append(out, e.Cell+" "+e.Message)
	}
	return out
}

func factOf(im roster.Import, title string) string {
	for _, f := range im.Report.Facts {
		if f.Title == title {
			return f.Value
		}
	}
	return ""
}

func gbk(w *world, text string) string {
	w.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// The template of the project goes out, comes back filled in, and the same file
// a second time changes nothing; taking it back leaves no reading.
func TestSheetThereAndBack(t *testing.T) {
	each(t, func(w *world) {
		w.install(meter.Meter{Room: w.rooms[0], Start: q(100)})
		w.install(meter.Meter{Room: w.rooms[1], Number: "W2"})
		w.install(meter.Meter{Place: "配电房", Number: "总表", Kind: supply.Electricity})
		ctx, reader := w.Context(), w.db.Reader(w.Context())
		blank, err := w.meter.ReadingTemplate(ctx, reader, w.project, meter.SheetFilter{Request: page.Request{Limit: 1}, Month: 202501, Kind: supply.Water, Shown: meter.Unread}, 20250110)
		if err != nil {
			w.Fatal(err)
		}
		var out bytes.Buffer
		if err := sheet.WriteCSV(&out, blank); err != nil {
			w.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\r\n")
		if len(lines) != 3 || !strings.Contains(lines[1], "1栋101,W1,水,,2025-01,2025-01-01,100,,2025-01-10") {
			w.Fatalf("template: %q", lines)
		}
		filled := strings.Replace(strings.Join(lines, "\n"), "2025-01-01,100,,", "2025-01-01,100,１１２.５,", 1)
		im := w.sheetOf(filled)
		if im.State != roster.ImportReady || factOf(im, "将录入") != "1 块表" || factOf(im, "没填本期读数") != "1 行" || factOf(im, "用量合计") != "12.5" {
			w.Fatalf("%s %+v %v", im.State, im.Report.Facts, w.wrong(im))
		}
		if n, err := w.meter.Counts(ctx, reader, w.project, supply.Water, 202501, nil); err != nil || n.Read != 0 {
			w.Errorf("checking wrote: %+v %v", n, err)
		}
		im = w.apply(im)
		if u := w.usages(202501, 202501)[w.rooms[0]]; u.Total() != q(25)/2 || u.Fault() != nil {
			w.Errorf("usage %+v", u)
		}
		again := w.sheetOf(filled)
		if again.ID == im.ID || factOf(again, "将录入") != "0 块表" || factOf(again, "已抄过、读数一样") != "1 块" {
			w.Errorf("A23: the same file again: %+v", again.Report.Facts)
		}
		if _, err := w.roster.UndoImport(ctx, w.who, w.project, im.ID); err != nil {
			w.Fatal(err)
		}
		if u := w.usages(202501, 202501)[w.rooms[0]]; !u.Missing || len(u.Reads) != 0 {
			w.Errorf("after undo: %+v", u)
		}
	})
}

// MicroCommunity's 水电抄表 as it is, in GBK: a line of instructions, then its
// own columns; rooms by their parts.
func TestSheetOfMicroCommunity(t *testing.T) {
	each(t, func(w *world) {
		w.install(meter.Meter{Room: w.rooms[0], Start: q(100)})
		w.install(meter.Meter{Room: w.rooms[1], Number: "W2"})
		im := w.apply(w.sheetOf(gbk(w, "请按房屋填写\n楼栋编号,单元编号,房屋编码,上期度数,上期读表时间,本期度数,本期读表时间,备注\n1,0,101,100,2024-12-31 00:00:00,112,2025-01-10 09:30:00,\n1栋,0,201,,,30.25,2025/1/9,院内表\n")))
		u := w.usages(202501, 202501)
		if u[w.rooms[0]].Total() != q(12) || u[w.rooms[1]].Total() != q(121)/4 || factOf(im, "将录入") != "2 块表" {
			w.Errorf("%+v %+v", u[w.rooms[0]], u[w.rooms[1]])
		}
	})
}

func TestWrongCellsAreNamed(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0], Start: q(100)})
		w.install(meter.Meter{Room: w.rooms[1], Number: "W2"})
		w.read(nil, meter.Reading{Meter: m.ID, Date: 20250105, Month: 202412, Value: q(110)}, false)
		const head = "房屋,表号,账期,上期读数,本期读数,抄表日期,表字翻转\n"
		for name, c := range map[string]struct {
			rows string
			want []string
		}{
			"all at once": {"1-101,W9,,,120,2025-01-10,\n9-999,,,,120,2025-01-10,\n1-101,,,,abc,2025-01-10,\n1-201,,,,30,2025-01-11,\n,,,,30,2025-01-10,\n1-201,W1,,,120,2025-01-10,",
				[]string{"B2 没有这个表号", "A3 没有这间房", "E4 不是读数", "F5 要填写抄表日期，不能晚于今天", "B6 表号和房屋至少填一个", "B7 这个表号装在1栋101"}},
			"lower":              {"1-101,,,,90,2025-01-10,", []string{"E2 本期读数 90 小于上期 110"}},
			"twice":              {"1-101,,,,120,2025-01-10,\n1栋101,W1,,,121,2025-01-10,", []string{"B3 和第 2 行是同一块表"}},
			"another previous":   {"1-101,,,100,120,2025-01-10,", []string{"D2 系统里的上期读数是 110"}},
			"read this month":    {"1-101,,2024-12,,120,2025-01-10,", []string{"E2 这块表本月已抄过"}},
			"a month to come":    {"1-101,,2025-02,,120,2025-01-10,", []string{"C2 账期应是抄表当月或上个月"}},
			"before the last":    {"1-101,,,,120,2025-01-03,", []string{"F2 抄表日期早于上一次"}},
			"too many digits":    {"1-101,,,,123456,2025-01-10,", []string{"E2 这块表整数 5 位"}},
			"no such day":        {"1-101,,,,120,2025-02-30,", []string{"F2 日期"}},
			"nothing was filled": {"1-101,,,,,,", []string{" 表里一个本期读数也没有填"}},
		} {
			im := w.sheetOf(head + c.rows)
			got := w.wrong(im)
			ok := im.State == roster.ImportRefused && len(got) == len(c.want)
			for i := range c.want {
				ok = ok && strings.HasPrefix(got[i], c.want[i])
			}
			if !ok {
				w.Errorf("%s: %s %q", name, im.State, got)
			}
		}
		if n, err := w.meter.Counts(w.Context(), w.db.Reader(w.Context()), w.project, supply.Water, 202501, nil); err != nil || n.Read != 0 {
			w.Errorf("written: %+v %v", n, err)
		}
		// Somebody who has seen the dial says that it went through zero.
		im := w.apply(w.sheetOf(head + "1-101,,,,90,2025-01-10,是"))
		if factOf(im, "其中待复核") != "1 块" || !slices.ContainsFunc(im.Report.Changes, func(c roster.Change) bool { return strings.Contains(c.Text, "表字翻转，待复核") }) {
			w.Errorf("%+v", im.Report)
		}
	})
}

// A sheet is taken back only while nobody was charged and nothing came after.
func TestSheetIsTakenBackWhole(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0], Start: q(100)})
		im := w.apply(w.sheetOf("房屋,本期读数,抄表日期\n1-101,120,2025-01-10\n"))
		undo := func() error {
			_, err := w.roster.UndoImport(w.Context(), w.who, w.project, im.ID)
			return err
		}
		u := w.usages(202501, 202501)[w.rooms[0]]
		w.write(nil, func(ctx context.Context, tx *db.Tx) error { return w.meter.Charge(ctx, tx, w.project, 99, u.IDs) })
		if err := undo(); !errors.Is(err, meter.ErrImportBilled) {
			w.Errorf("charged: %v", err)
		}
		w.write(nil, func(ctx context.Context, tx *db.Tx) error { return w.meter.Free(ctx, tx, w.project, 99, 0, 1<<62, "") })
		w.now.Set(clock.Date(20250228).Start())
		later := w.read(nil, meter.Reading{Meter: m.ID, Date: 20250228, Value: q(130)}, false)
		if err := undo(); !errors.Is(err, meter.ErrImportUsed) {
			w.Errorf("read since: %v", err)
		}
		w.write(nil, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.MakeVoid(ctx, tx, w.who, w.project, later.ID, "抄错户")
			return err
		})
		if err := undo(); err != nil {
			w.Error(err)
		}
	})
}

// A sheet is compared before the transaction that writes it. What changes in
// between is seen, and the sheet is compared again; what does not matter is not.
func TestSheetSeesWhatMoved(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0]})
		w.install(meter.Meter{Room: w.rooms[1], Number: "W2"})
		held := func(between func()) bool {
			w.Helper()
			ctx, content := w.Context(), "房屋,本期读数,抄表日期\n1-101,120,2025-01-10\n1-201,30,2025-01-10\n"
			b, err := sheet.Open("抄表.csv", strings.NewReader(content), int64(len(content)), sheet.Limits{})
			if err != nil {
				w.Fatal(err)
			}
			defer b.Close()
			in, err := w.meter.Importers()[0].Read(ctx, w.project, b, roster.ReadOptions{Note: func(int) {}})
			if err != nil {
				w.Fatal(err)
			}
			defer in.Close()
			if f, err := in.Plan(ctx, w.db.Reader(ctx), &roster.Import{}); err != nil || len(f.Table.Problems) > 0 {
				w.Fatal(err, f.Table.Problems)
			}
			between()
			still := false
			w.write(nil, func(ctx context.Context, tx *db.Tx) (err error) {
				still, err = in.Hold(ctx, tx)
				return err
			})
			return still
		}
		if !held(func() {}) {
			w.Error("nothing has moved")
		}
		other := id.ID(0)
		if !held(func() {
			w.write(nil, func(ctx context.Context, tx *db.Tx) error {
				p, err := w.estate.CreateProject(ctx, tx, w.who, estate.Project{Name: "梅园", Kind: estate.KindResidential})
				other = p.ID
				return err
			})
		}) || other == 0 {
			w.Error("another project has moved")
		}
		var r meter.Reading
		if held(func() {
			r = w.read(nil, meter.Reading{Meter: m.ID, Date: 20250105, Month: 202412, Value: q(110)}, false)
		}) {
			w.Error("a meter was read")
		}
		if held(func() {
			w.write(nil, func(ctx context.Context, tx *db.Tx) error {
				return w.meter.Charge(ctx, tx, w.project, 99, []id.ID{r.ID})
			})
		}) {
			w.Error("somebody was charged")
		}
	})
}

// A sheet that is applied while others read the same meters enters no month twice.
func TestSheetAmongOthers(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0]})
		w.install(meter.Meter{Room: w.rooms[1], Number: "W2"})
		im := w.sheetOf("房屋,本期读数,抄表日期\n1-101,120,2025-01-10\n1-201,30,2025-01-10\n")
		if _, err := w.roster.ApplyImport(w.Context(), w.who, w.project, im.ID, roster.ApplyOptions{}); err != nil {
			w.Fatal(err)
		}
		w.read(nil, meter.Reading{Meter: m.ID, Date: 20250109, Value: q(119)}, false)
		if err := w.jobs.Drain(w.Context()); err != nil {
			w.Fatal(err)
		}
		im, err := w.roster.Import(w.Context(), w.db.Reader(w.Context()), w.project, im.ID)
		u := w.usages(202501, 202501)
		if err != nil || im.State != roster.ImportRefused || len(u[w.rooms[0]].Reads) != 1 || len(u[w.rooms[1]].Reads) != 0 {
			w.Errorf("%s %v, %+v %+v", im.State, err, u[w.rooms[0]], u[w.rooms[1]])
		}
	})
}

// Two registers of one household that stand in one sheet are looked at together.
func TestSheetOfTwoRegisters(t *testing.T) {
	each(t, func(w *world) {
		w.write(nil, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.SetSetting(ctx, tx, w.who, w.project, meter.Setting{Factor: q(2), Periods: 1})
			return err
		})
		a := w.install(meter.Meter{Room: w.rooms[0]})
		w.install(meter.Meter{Room: w.rooms[0], Number: "W1b"})
		w.read(nil, meter.Reading{Meter: a.ID, Date: 20250101, Month: 202412, Value: q(10)}, false)
		im := w.sheetOf("表号,本期读数,抄表日期\nW1,25,2025-01-10\nW1b,15,2025-01-10\n")
		if im.State != roster.ImportReady || factOf(im, "其中待复核") != "1 块" || im.Report.Changes[0].Row != 3 {
			w.Errorf("%+v %v", im.Report, w.wrong(im))
		}
		im = w.apply(im)
		u := w.usages(202501, 202501)[w.rooms[0]]
		if u.Total() != q(30) || !u.Review {
			w.Errorf("%+v", u)
		}
	})
}
