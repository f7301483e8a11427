package roster_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"linli/internal/roster"
)

func (h *house) vehicles(lines ...string) roster.Import {
	h.t.Helper()
	im, err := h.s.StartImportOf(h.ctx, h.who, h.p, roster.KindVehicles, "车辆.csv", bytes.NewReader(csv(lines...)))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.drain(im.ID)
}

func TestVehicles(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		h.imported(csv("楼栋,单元,房号,姓名", "1,1,101,陈建国"))
		head := "车牌号,业主,手机号,车辆品牌,车辆类型,颜色,停车场,车位,起租时间,截止时间,房号"
		bad := h.vehicles(head, "浙A1234,陈建国,13800138000,,,,,,,,", "浙A12345,,1380013,,,,,,,,", "浙·A12345,,,,,,,,2026-13-01,,9-9-9")
		want := []string{"A2|车牌号认不出", "C3|", "A4|和第 3 行是同一块车牌", "I4|", "K4|没有这间房"}
		got := h.errorsOf(bad.ID)
		if bad.State != roster.ImportRefused || !slices.EqualFunc(got, want, strings.HasPrefix) || strings.Contains(strings.Join(got, ""), "13800138000") {
			t.Errorf("%s %v", bad.State, got)
		}
		rows := []string{head, "浙A12345,陈建国,13800138000,比亚迪,9901,白,1,B1-023,2026-01-01,2026-12-31,1-1-101", "浙AD12345,王五,,,,,,,,,"}
		im := h.vehicles(rows...)
		if im.State != roster.ImportReady || im.Report.Facts[0].Value != "2 辆" {
			t.Fatalf("%s %+v %v", im.State, im.Report.Facts, h.errorsOf(im.ID))
		}
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, im.ID, roster.ApplyOptions{}); err != nil {
			t.Fatal(err)
		}
		if im = h.drain(im.ID); im.State != roster.ImportApplied {
			t.Fatal(im.State, h.errorsOf(im.ID))
		}
		kept, err := h.s.Keeps(h.ctx, h.d.Reader(h.ctx), h.p, roster.KeptVehicle)
		if err != nil || len(kept) != 2 || kept[1].Room == 0 || kept[1].Person == 0 || !strings.Contains(kept[1].Value, `"phone":"138****8000"`) || strings.Contains(kept[1].Value, "13800138000") {
			t.Errorf("%+v %v", kept, err)
		}
		if again := h.vehicles(rows...); again.Report.Facts[0].Value != "0 辆" {
			t.Errorf("%+v", again.Report.Facts)
		}
		if _, err := h.s.UndoImport(h.ctx, h.who, h.p, im.ID); err != nil || h.count("estate_kept") != 0 {
			t.Errorf("%v, %d left", err, h.count("estate_kept"))
		}
	})
}
