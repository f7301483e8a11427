package roster_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/roster"
)

func csv(lines ...string) []byte { return []byte(strings.Join(lines, "\n") + "\n") }

// xlsx makes a workbook; edit may hide, merge or set formulas.
func xlsx(t *testing.T, rows [][]any, edit func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	if edit != nil {
		edit(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// check uploads a file and has it checked.
func (h *house) check(content []byte) roster.Import {
	h.t.Helper()
	im, err := h.s.StartImport(h.ctx, h.who, h.p, "名册.xlsx", bytes.NewReader(content))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.drain(im.ID)
}

func (h *house) drain(imp id.ID) roster.Import {
	h.t.Helper()
	if err := h.jobs.Drain(h.ctx); err != nil {
		h.t.Fatal(err)
	}
	im, err := h.s.Import(h.ctx, h.d.Reader(h.ctx), h.p, imp)
	if err != nil {
		h.t.Fatal(err)
	}
	return im
}

// imported checks a file and applies it.
func (h *house) imported(content []byte) roster.Import {
	h.t.Helper()
	im := h.check(content)
	if im.State != roster.ImportReady {
		h.t.Fatalf("not ready: %s %v", im.State, h.errorsOf(im.ID))
	}
	if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{Hidden: roster.HiddenInclude, Formulas: true}); err != nil {
		h.t.Fatal(err)
	}
	if im = h.drain(im.ID); im.State != roster.ImportApplied {
		h.t.Fatalf("not applied: %s %v", im.State, h.errorsOf(im.ID))
	}
	return im
}

func (h *house) errorsOf(imp id.ID) []string {
	h.t.Helper()
	l, err := h.s.ImportErrors(h.ctx, h.p, imp, page.Request{Limit: 200})
	if err != nil {
		h.t.Fatal(err)
	}
	out := []string{}
	for _, e := range l.Items {
		out = append(out, fmt.Sprintf("%s|%s", e.Cell, e.Message))
	}
	return out
}

func (h *house) count(table string) (n int) {
	h.t.Helper()
	if err := h.d.Reader(h.ctx).QueryRow(h.ctx, "SELECT COUNT(*) FROM "+table+" WHERE project_id = ?", h.p).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

const header = "楼栋,单元,房号,楼层,建筑面积,姓名,身份,手机号,身份证号,产权份额"

func TestRosterImported(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		content := csv(header,
			"1,1,101,1,89.5,陈建国,业主,13800138000,11010519491231002X,",
			"1,1,101,1,,李梅,家属,13800138001,,",
			"1,1,102,1,90,,,,,",
			"2,0,底商3,1,45.25,绿源商贸有限公司,业主,0571-88886666,91330106MA27WXYZ12,")
		im := h.imported(content)
		want := roster.Counts{Buildings: 2, Units: 1, Rooms: 3, People: 3, Occupants: 3}
		if im.Report.Counts != want || im.Rows != 4 {
			t.Errorf("%+v", im)
		}
		if got := h.labels("8000"); !slices.Equal(got, []string{"1栋1单元101"}) {
			t.Errorf("by phone: %v", got)
		}
		if got := h.labels("lysm"); !slices.Equal(got, []string{"2栋底商3"}) {
			t.Errorf("by initials: %v", got)
		}
		again := h.imported(content)
		same := roster.Counts{RoomsSame: 3, PeopleSame: 3, OccupantsSame: 3}
		if again.ID == im.ID || again.Report.Counts != same || len(again.Report.Changes) != 0 {
			t.Errorf("A23: the same file again: %+v", again.Report)
		}
		changed := h.imported(csv(header, "1栋,1单元,101室,1,90,陈建国,业主,13900139000,11010519491231002X,"))
		if c := changed.Report.Counts; c.RoomsChanged != 1 || c.PeopleChanged != 1 || c.OccupantsSame != 1 || len(changed.Report.Changes) != 2 {
			t.Errorf("change: %+v", changed.Report)
		}
		if n := h.count("estate_room"); n != 3 {
			t.Errorf("%d rooms", n)
		}
		if err := h.audit.Verify(h.ctx, h.p); err != nil {
			t.Error(err)
		}
	})
}

func TestRosterRefused(t *testing.T) {
	cases := []struct {
		name, content string
		want          []string // parts of the messages, one per error, in order
	}{
		{"A21 one room in four spellings", "房屋,姓名\n1-1-101,甲\n１－１－１０１,\n1栋1单元101,\n1#1-101 ,", []string{"第 2 行", "第 2 行", "第 2 行"}},
		{"A21 a second owner", header + "\n1,1,101,1,,甲,业主,,,\n1栋,1单元,101室,1,,乙,业主,,,", []string{"和第 2 行是同一房屋，又是业主"}},
		{"A21 the same person twice", header + "\n1,1,101,1,,甲,业主,13800138000,,\n1,1,0101,1,,甲,业主,13800138000,,", []string{"同一个人"}},
		{"A21 contradiction", header + "\n1,1,101,1,89,甲,业主,,,\n1,1,101,1,90,乙,家属,,,", []string{"和第 2 行的同一房屋不一致（89"}},
		{"A28 dates", "楼栋,房号,姓名,入住日期\n1,1,甲,2026-02-30\n1,2,乙,26.3.5\n1,3,丙,9999-12-31\n1,4,丁,0000-00-00\n1,5,戊,2026年2月3日\n1,6,己,45000\n1,7,庚,60",
			[]string{"B|D2", "D3", "D4", "D5", "D8"}},
		{"an area below nothing", header + "\n1,1,101,1,-5,,,,,\n1,1,102,1,－89.5㎡,,,,,\n1,1,103,1,-八,,,,,", []string{"面积要大于 0，如 89.50", "面积要大于 0，如 89.50", "面积应为数字"}},
		{"A30 every bad row is listed", header + "\n1,1,101,x,89,,,,,\n1,1,102,1,8.999,,,,,\n1,1,103,1,90,甲,国王,138,,", []string{"楼层应为整数", "最多两位小数", "身份应为", "11 位，现在是 3 位"}},
		{"A32 shares below the whole", header + "\n1,1,101,1,,甲,业主,13800138000,,50%\n1,1,101,1,,乙,业主,13800138001,,40%", []string{"合计 90.00%"}},
		{"A33 another community", "小区,楼栋,房号\n梅园,1,101", []string{"这一行属于“梅园”"}},
		{"A20 a required column is missing", "楼栋,姓名\n1,甲", []string{"缺少必填列：房号"}},
		{"E12 phones", header + "\n1,1,101,1,,甲,业主,1380013800,,\n1,1,102,1,,乙,业主,138001380001,,", []string{"现在是 10 位", "现在是 12 位"}},
		{"ID number with a wrong last digit", header + "\n1,1,101,1,,甲,业主,,110105194912310021,", []string{"末位校验不对"}},
		{"one ID number, two names", header + "\n1,1,101,1,,甲,业主,,11010519491231002X,\n1,1,102,1,,乙,业主,,11010519491231002X,", []string{"姓名却是“甲”"}},
		{"no building", "房号,姓名\n101,甲", []string{"缺少楼栋"}},
		{"nothing below the header", header, []string{"没有数据"}},
		{"not a table", "\x00\x01\x02", []string{"第 1 行"}},
	}
	run(t, func(t *testing.T, h *house) {
		for _, c := range cases {
			im := h.check([]byte(c.content))
			list := h.errorsOf(im.ID)
			if im.State != roster.ImportRefused || len(list) != len(c.want) || im.Errors != len(c.want) {
				t.Errorf("%s: %s %q", c.name, im.State, list)
				continue
			}
			for i, part := range c.want {
				_, part, found := strings.Cut("|"+part, "|B|")
				if !found {
					part = c.want[i]
				}
				if !strings.Contains(list[i], part) {
					t.Errorf("%s: error %d is %q, want %q", c.name, i, list[i], part)
				}
			}
			if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{}); code(err) != roster.ErrNotReady.Code {
				t.Errorf("%s: applied: %v", c.name, err)
			}
		}
		oddFiles(t, h)
		if n := h.count("estate_room") + h.count("estate_person") + h.count("estate_building"); n != 0 {
			t.Errorf("%d rows were written", n)
		}
	})
}

func TestA13GBKRoster(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		text, err := simplifiedchinese.GBK.NewEncoder().Bytes(csv(header, "1,1,101,1,89.5,陈建国,业主,13800138000,,"))
		if err != nil {
			t.Fatal(err)
		}
		h.imported(text)
		if got := h.labels("陈建国"); len(got) != 1 {
			t.Errorf("found %v", got)
		}
	})
}

func TestMicroCommunitySheet(t *testing.T) {
	rows := [][]any{
		{"楼号", "单元", "房间", "楼层", "总层数", "是否有电梯", "房屋类型", "房屋户型", "建筑面积", "室内面积", "租金", "房屋状态", "业主名称", "性别", "手机号", "身份证号", "业主类型"},
		{"1", "1", "101", "1", "18", "有", "110", "两室一厅", "89.50", "72.30", "0.00", "2001", "陈建国", "男", "13800138000", "11010519491231002X", "1001"},
		{"1", "1", "101", "1", "18", "有", "110", "两室一厅", "89.50", "72.30", "0.00", "2001", "李梅", "女", "13800138001", "", "1002"},
		{"1", "1", "102", "1", "18", "有", "110", "两室一厅", "89.50", "72.30", "0.00", "2002", "", "", "", "", ""},
		{"1", "0", "S01", "1", "18", "无", "119", "", "40", "40", "3000", "2006", "王五", "男", "13800138002", "", "1003"},
	}
	run(t, func(t *testing.T, h *house) {
		im := h.imported(xlsx(t, rows, nil))
		want := roster.Counts{Buildings: 1, Units: 1, Rooms: 3, People: 3, Occupants: 3, Kept: 4}
		if im.Report.Counts != want || len(im.Report.Ignored) != 0 || !slices.Equal(im.Report.Kept, []string{"是否有电梯（F1）", "租金（K1）"}) {
			t.Errorf("%+v", im.Report)
		}
		l, err := h.estate.RoomList(h.ctx, h.d.Reader(h.ctx), h.p, estate.RoomListFilter{Request: page.Request{Limit: 10}})
		if err != nil || len(l.Items) != 3 {
			t.Fatalf("%+v %v", l, err)
		}
		shop, home, empty := l.Items[0], l.Items[1], l.Items[2]
		if shop.Label != "1栋S01" || shop.Unit != 0 || shop.State != estate.StateRented || shop.Kind != estate.RoomFlat || shop.People != 1 {
			t.Errorf("shop %+v", shop)
		}
		if home.Label != "1栋1单元101" || home.Area != 8950 || home.InnerArea != 7230 || home.Floors != 18 || home.People != 2 || home.Payer == 0 || home.State != estate.StateSelf {
			t.Errorf("home %+v", home)
		}
		if empty.State != estate.StateUnsold || empty.Payer != 0 {
			t.Errorf("empty %+v", empty)
		}
	})
}

func TestRosterAsks(t *testing.T) {
	rows := [][]any{
		{"翠园小区 2026 年名册"}, {}, {"房 号*", "楼 栋", "楼层（层）", "备注", "建筑面积(㎡)"},
		{"101", "1栋", 1, "", 89.5}, {"102", "", 1, "", 89.5}, {"103", "", 1, "", 89.5},
	}
	content := xlsx(t, rows, func(f *excelize.File) {
		for _, err := range []error{
			f.MergeCell("Sheet1", "B4", "B6"), f.SetRowVisible("Sheet1", 6, false), f.SetCellFormula("Sheet1", "E5", "=89+0.5"),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	run(t, func(t *testing.T, h *house) {
		im := h.check(content)
		if im.State != roster.ImportReady || im.Report.HeaderRow != 3 || im.Report.HiddenRows != 1 || im.Report.Merged != 2 || !slices.Equal(im.Report.Ignored, []string{"备注（D3）"}) {
			t.Fatalf("%s %+v %v", im.State, im.Report, h.errorsOf(im.ID))
		}
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{Formulas: true}); code(err) != roster.ErrHidden.Code {
			t.Errorf("A19: %v", err)
		}
		if im.Report.Formulas > 0 {
			if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{Hidden: roster.HiddenSkip}); code(err) != roster.ErrFormulas.Code {
				t.Errorf("A17: %v", err)
			}
		} else {
			t.Error("A17: the formula was not counted")
		}
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{Hidden: roster.HiddenSkip, Formulas: true}); err != nil {
			t.Fatal(err)
		}
		if im = h.drain(im.ID); im.State != roster.ImportApplied || h.count("estate_room") != 2 {
			t.Errorf("A18/A19: %s %d %v", im.State, h.count("estate_room"), h.errorsOf(im.ID))
		}
	})
}

func TestA32ManyRooms(t *testing.T) {
	lines := []string{header}
	for i := range 30 {
		lines = append(lines, fmt.Sprintf("1,0,S%d,1,20,绿源商贸有限公司,业主,13800138000,,", i+1))
	}
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("2,1,101,1,100,共有人%d,业主,138001390%02d,,2.5%%", i, i))
	}
	run(t, func(t *testing.T, h *house) {
		im := h.imported(csv(lines...))
		if c := im.Report.Counts; c.Rooms != 31 || c.People != 41 || c.Occupants != 70 {
			t.Errorf("%+v", c)
		}
		list, err := h.estate.Search(h.ctx, h.p, "13800138000", 50)
		if err != nil || len(list) != 30 {
			t.Errorf("%d rooms %v", len(list), err)
		}
	})
}

func TestDoubleUpload(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		content := csv(header, "1,1,101,1,89.5,陈建国,业主,13800138000,,")
		a, err := h.s.StartImport(h.ctx, h.who, h.p, "a.csv", bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		b, err := h.s.StartImport(h.ctx, h.who, h.p, "a.csv", bytes.NewReader(content))
		if err != nil || a.ID != b.ID {
			t.Errorf("double click: %v %v %v", a.ID, b.ID, err)
		}
		h.drain(a.ID)
		for range 2 {
			if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, a.ID, roster.ApplyOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		if im := h.drain(a.ID); im.State != roster.ImportApplied || h.count("estate_room") != 1 || h.count("estate_occupant") != 1 {
			t.Errorf("%+v", im)
		}
	})
}

// What changes between check and import is seen: nothing is written then.
// The file comes again in the moment between the end of its check and the end
// of the job that checked it.
func TestUploadBehindACheck(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		file := csv("楼栋,单元,房号,楼层,建筑面积", "1,1,101,1,89.5")
		im := h.check(file)
		set := func(state string) {
			t.Helper()
			err := h.d.Write(h.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(h.ctx, "UPDATE kit_job SET state = ?, leased_until = ? WHERE kind = 'estate.check' AND attempts > 0", state, tx.Now().Add(time.Minute))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		set("running")
		if _, err := h.s.StartImport(h.ctx, h.who, h.p, "名册.csv", bytes.NewReader(file)); err != nil {
			t.Fatal(err)
		}
		set("done")
		if im = h.drain(im.ID); im.State != roster.ImportReady {
			t.Fatalf("the file waits for ever: %s", im.State)
		}
	})
}

func TestChangedMeanwhile(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		im := h.check(csv(header, "1,1,101,1,89.5,陈建国,业主,13800138000,,", "1,1,102,1,89.5,李四,业主,13800138002,,"))
		list := h.building("1", "1", "101")
		h.occupant(estate.Occupant{Room: list[0].ID, Person: h.person(estate.PersonInput{Name: "王五"})})
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{}); err != nil {
			t.Fatal(err)
		}
		im = h.drain(im.ID)
		if list := h.errorsOf(im.ID); im.State != roster.ImportRefused || len(list) != 1 || !strings.Contains(list[0], "业主已登记为 王五") {
			t.Errorf("%s %v", im.State, list)
		}
		if h.count("estate_room") != 1 || h.count("estate_person") != 1 {
			t.Error("something was written")
		}
	})
}

func TestTemplateIsAccepted(t *testing.T) {
	tpl := roster.Template()
	tpl.Rows = func(emit func([]sheet.Value) error) error {
		row := make([]sheet.Value, len(tpl.Columns))
		for i, c := range tpl.Columns {
			if row[i] = sheet.Text(c.Example); c.Title == "产权份额" {
				row[i] = sheet.Text("100%")
			}
		}
		return emit(row)
	}
	var b bytes.Buffer
	if err := sheet.WriteXLSX(&b, []sheet.Sheet{tpl}); err != nil {
		t.Fatal(err)
	}
	run(t, func(t *testing.T, h *house) {
		im := h.imported(b.Bytes())
		if c := im.Report.Counts; c.Rooms != 1 || c.People != 1 || len(im.Report.Ignored) != 0 {
			t.Errorf("%+v", im.Report)
		}
	})
}

// book reads the sheets that WriteErrors makes, rows as texts.
func (h *house) book(who actor.Actor, imp id.ID) ([]byte, map[string][][]string) {
	h.t.Helper()
	var w bytes.Buffer
	if err := h.s.WriteErrors(h.ctx, who, h.p, imp, &w); err != nil {
		h.t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(w.Bytes()))
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	out := map[string][][]string{}
	for _, name := range f.GetSheetList() {
		if out[name], err = f.GetRows(name); err != nil {
			h.t.Fatal(err)
		}
	}
	return w.Bytes(), out
}

// A30: whoever uploaded a file takes the faulty rows along as they were, their
// faults behind them, and may upload what he has put right. Others get the faults
// by cell, in which numbers are masked.
func TestFaultyRowsGoOutAndComeBack(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		rows := [][]any{{"翠园名册"}, {"楼栋", "房号", "建筑面积", "姓名", "手机号", "备注二"}, {"1", "101", 89, "陈建国", "13800138000", "甲"},
			{"1", "102", "九十", "李梅", "1380013800", "乙"}, {"1", "103", 70, "王芳", "13800138001", "丙"}}
		im := h.check(xlsx(t, rows, nil))
		if im.State != roster.ImportRefused || im.Report.Faulty != 1 || im.Errors != 2 {
			t.Fatalf("%s %+v %d", im.State, im.Report, im.Errors)
		}
		content, sheets := h.book(h.who, im.ID)
		got := sheets["有误的行"]
		if len(got) != 2 || !slices.Equal(got[0], []string{"楼栋", "房号", "建筑面积", "姓名", "手机号", "备注二", "问题和改法"}) || !slices.Equal(got[1][:6], []string{"1", "102", "九十", "李梅", "1380013800", "乙"}) ||
			!strings.HasPrefix(got[1][6], "原第 4 行：建筑面积：") || !strings.Contains(got[1][6], "；手机号：") || len(sheets["逐格问题"]) != 3 {
			t.Errorf("%q %q", got, sheets["逐格问题"])
		}
		other := h.who
		other.Account = 99
		if _, theirs := h.book(other, im.ID); len(theirs) != 1 || strings.Contains(fmt.Sprint(theirs), "1380013800") {
			t.Errorf("somebody else gets %q", theirs)
		}

		// Without the faulty row the rest comes in, and says so.
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{}); !errors.Is(err, roster.ErrNotReady) {
			t.Errorf("refused and yet applied: %v", err)
		}
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{Faulty: true}); err != nil {
			t.Fatal(err)
		}
		if im = h.drain(im.ID); im.State != roster.ImportApplied || im.Report.Skipped != 1 || im.Rows != 2 || h.count("estate_room") != 2 || h.count("estate_person") != 2 {
			t.Fatalf("%s %+v %v", im.State, im, h.errorsOf(im.ID))
		}
		if again, _ := h.book(h.who, im.ID); len(again) == 0 || len(h.errorsOf(im.ID)) != 2 {
			t.Error("what was left out cannot be had any more")
		}

		// What went out comes back: as it is it has the same faults, put right it comes in.
		back := h.check(content)
		if back.State != roster.ImportRefused || back.Errors != 2 || back.Rows != 1 {
			t.Errorf("%s %d of %d rows", back.State, back.Errors, back.Rows)
		}
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, back.ID, roster.ApplyOptions{Faulty: true}); !errors.Is(err, roster.ErrNoGoodRows) {
			t.Errorf("no row is good: %v", err)
		}
		if _, second := h.book(h.who, back.ID); len(second["有误的行"][0]) != 7 {
			t.Errorf("the faults of the last time stay: %q", second["有误的行"])
		}
		f, err := excelize.OpenReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for cell, v := range map[string]string{"C2": "90", "E2": "13800138002"} {
			if err := f.SetCellStr("有误的行", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		var right bytes.Buffer
		if err := f.Write(&right); err != nil {
			t.Fatal(err)
		}
		last := h.imported(right.Bytes())
		if h.count("estate_room") != 3 || h.count("estate_person") != 3 {
			t.Errorf("%d rooms, %d people", h.count("estate_room"), h.count("estate_person"))
		}
		for _, one := range []roster.Import{last, im} {
			if _, err := h.s.UndoImport(h.ctx, h.who, h.p, one.ID); err != nil {
				t.Error(err)
			}
		}
		if n := h.count("estate_room"); n != 0 {
			t.Errorf("%d rooms after both were taken back", n)
		}
	})
}

// Leaving rows out may make others wrong. Nothing is written then, all faults are
// named, and all their rows may be left out.
func TestLeavingRowsOutMakesOthersWrong(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		im := h.check(csv(header, "1,1,101,1,89,甲,业主,,,50%", "1,1,101,1,89,乙,业主,,,30%", "1,1,102,1,90,丙,业主,,,"))
		for range 2 {
			if im.State != roster.ImportRefused {
				t.Fatal(im.State)
			}
			if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{Faulty: true}); err != nil {
				t.Fatal(err)
			}
			im = h.drain(im.ID)
		}
		if im.State != roster.ImportApplied || im.Report.Skipped != 2 || h.count("estate_room") != 1 {
			t.Errorf("%s %+v %v", im.State, im.Report, h.errorsOf(im.ID))
		}
	})
}

func TestBadCells(t *testing.T) {
	content := xlsx(t, [][]any{{"楼栋", "房号", "姓名", "建筑面积"}, {"1", "101", "甲", 89.5}, {"1", "102", "乙", 90}, {"1", "103", "a\u202eb", 90}}, func(f *excelize.File) {
		for _, err := range []error{f.MergeCell("Sheet1", "B3", "C3"), f.SetCellFormula("Sheet1", "D2", "=A9")} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	run(t, func(t *testing.T, h *house) {
		im := h.check(content)
		list := h.errorsOf(im.ID)
		if im.State != roster.ImportRefused || len(list) < 2 || !slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, "横向合并") }) ||
			!slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, "C4|") && strings.Contains(s, "U+202E") }) {
			t.Errorf("%s %q", im.State, list)
		}
	})
}

// E3: the list and the log show the name of a file as it is.
func TestNameOfTheFile(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		im, err := h.s.StartImport(h.ctx, h.who, h.p, "../\u202evsc.名\u200b册"+strings.Repeat("长", 5000)+".csv", bytes.NewReader(csv(header)))
		if err != nil || im.FileName != "vsc.名册"+strings.Repeat("长", 110)+".csv" {
			t.Errorf("%q, %v", im.FileName, err)
		}
	})
}

// A31: an import that is cut off again and again is not begun or done.
func TestImportCutOff(t *testing.T) {
	lines := []string{header}
	for i := range 3000 {
		lines = append(lines, fmt.Sprintf("%d,1,%d,1,89.5,王小%c,业主,138%08d,,", i/500+1, i%500+100, rune(0x4e00+i), i))
	}
	run(t, func(t *testing.T, h *house) {
		im := h.check(csv(lines...))
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{}); err != nil {
			t.Fatal(err)
		}
		for wait := 10 * time.Millisecond; im.State != roster.ImportApplied; wait = wait * 3 / 2 {
			ctx, cancel := context.WithTimeout(h.ctx, wait)
			err := h.jobs.Drain(ctx)
			cancel()
			// PostgreSQL may still be committing for who has gone: all is read at one instant.
			var rooms, people int
			if rerr := h.d.Reader(h.ctx).QueryRow(h.ctx, `SELECT state, (SELECT COUNT(*) FROM estate_room WHERE project_id = i.project_id),
				(SELECT COUNT(*) FROM estate_person WHERE project_id = i.project_id) FROM estate_import i WHERE project_id = ? AND id = ?`, h.p, im.ID).
				Scan(&im.State, &rooms, &people); rerr != nil {
				t.Fatal(rerr)
			}
			if rooms != 0 && rooms != 3000 || (rooms == 3000) != (im.State == roster.ImportApplied) || people != rooms {
				t.Fatalf("%d rooms, %d people, %s after %v (%v)", rooms, people, im.State, wait, err)
			}
			if wait > time.Minute {
				t.Fatal("never done")
			}
		}
	})
}

// interrupted is a clock that lets something happen while a roster is compared, when
// the rooms have been read and the id of a new one is made; once.
type interrupted struct {
	*clock.Manual
	by atomic.Pointer[func()]
}

func (c *interrupted) Now() time.Time {
	pc := make([]uintptr, 8)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for more := c.by.Load() != nil; more; {
		var f runtime.Frame
		if f, more = frames.Next(); strings.HasSuffix(f.Function, ".planRoom") {
			if by := c.by.Swap(nil); by != nil {
				(*by)()
			}
		}
	}
	return c.Manual.Now()
}

// A roster is compared before the transaction that writes it. What somebody changes
// in between is seen, and stays.
func TestRosterSeesWhatMoved(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			now := &interrupted{Manual: clock.NewManual(dbtest.Start())}
			h := newHouse(t, dbtest.Open(t, engine, rooms(), now))
			list := h.building("1栋", "1单元", "101", "102")
			im := h.check(csv("楼栋,单元,房号,建筑面积", "1,1,101,90", "1,1,102,91", "1,1,103,92"))
			if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{}); err != nil {
				t.Fatal(err)
			}
			layout := "三室两厅"
			change := func() {
				h.write(func(tx *db.Tx) error {
					_, err := h.estate.EditRoom(h.ctx, tx, h.who, h.p, list[0].ID, estate.RoomEdit{Layout: &layout, Version: list[0].Version})
					return err
				})
			}
			now.by.Store(&change)
			if im = h.drain(im.ID); im.State != roster.ImportApplied || now.by.Load() != nil {
				t.Fatalf("%s %v", im.State, h.errorsOf(im.ID))
			}
			if r, err := h.estate.Room(h.ctx, h.d.Reader(h.ctx), h.p, list[0].ID); err != nil || r.Area != 9000 || r.Layout != layout {
				t.Errorf("%s ㎡, %q: %v", r.Area, r.Layout, err)
			}
		})
	}
}
