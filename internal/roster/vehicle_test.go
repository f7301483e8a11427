package roster_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/page"
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

// listed tries the list of vehicles: one of A12345 in room 101, and AD12345
// without a room.
func (h *house) listed() {
	h.t.Helper()
	q := h.d.Reader(h.ctx)
	rooms, err := h.estate.RoomList(h.ctx, q, h.p, estate.RoomListFilter{Request: page.Request{Limit: 1}, Text: "1-1-101"})
	if err != nil || len(rooms.Items) != 1 {
		h.t.Fatal(rooms, err)
	}
	building, room := rooms.Items[0].Building, rooms.Items[0].ID
	for _, c := range []struct {
		f    roster.VehicleFilter
		want string
	}{
		{roster.VehicleFilter{}, "浙A12345 浙AD12345"}, {roster.VehicleFilter{Text: "浙a·1"}, "浙A12345"}, {roster.VehicleFilter{Text: "123"}, "浙A12345 浙AD12345"},
		{roster.VehicleFilter{Text: "建国"}, "浙A12345"}, {roster.VehicleFilter{Text: "1-1-101"}, "浙A12345"}, {roster.VehicleFilter{Text: "1栋1单元101"}, "浙A12345"},
		{roster.VehicleFilter{Text: "比亚迪"}, ""}, {roster.VehicleFilter{Text: "1-2-345"}, ""}, {roster.VehicleFilter{Room: room}, "浙A12345"}, {roster.VehicleFilter{Room: room + 1}, ""},
		{roster.VehicleFilter{Within: actor.Buildings{building}}, "浙A12345"}, {roster.VehicleFilter{Within: actor.Buildings{building + 1}}, ""},
		{roster.VehicleFilter{Within: actor.Buildings{building}, Text: "王五"}, ""},
	} {
		c.f.Limit = 50
		l, err := h.s.Vehicles(h.ctx, q, h.p, c.f)
		var got []string
		for _, v := range l.Items {
			got = append(got, v.Plate)
		}
		if err != nil || strings.Join(got, " ") != c.want || l.Next != "" {
			h.t.Errorf("%+v: %v %v, want %s", c.f, got, err, c.want)
		}
	}
	one, err := h.s.Vehicles(h.ctx, q, h.p, roster.VehicleFilter{Request: page.Request{Limit: 1}})
	if err != nil || len(one.Items) != 1 || one.Items[0].RoomLabel != "1栋1单元101" || one.Items[0].Phone != "138****8000" {
		h.t.Fatalf("%+v %v", one, err)
	}
	two, err := h.s.Vehicles(h.ctx, q, h.p, roster.VehicleFilter{Request: page.Request{Limit: 1, Cursor: one.Next}})
	if err != nil || len(two.Items) != 1 || two.Items[0].Plate != "浙AD12345" || two.Next != "" {
		h.t.Errorf("%+v %v", two, err)
	}
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
		h.listed()
		if again := h.vehicles(rows...); again.Report.Facts[0].Value != "0 辆" {
			t.Errorf("%+v", again.Report.Facts)
		}
		// A newer sheet tells of the same plate: it counts, until it is taken back.
		newer := h.vehicles("车牌号,业主,房号", "浙AD12345,赵六,1-1-101")
		if _, err := h.s.ApplyImport(h.ctx, h.who, h.p, newer.ID, roster.ApplyOptions{}); err != nil {
			t.Fatal(err)
		}
		h.drain(newer.ID)
		l, err := h.s.Vehicles(h.ctx, h.d.Reader(h.ctx), h.p, roster.VehicleFilter{Request: page.Request{Limit: 50}})
		if err != nil || len(l.Items) != 2 || l.Items[1].Owner != "赵六" || l.Items[1].Room == 0 {
			t.Errorf("%+v %v", l, err)
		}
		if _, err := h.s.UndoImport(h.ctx, h.who, h.p, newer.ID); err != nil {
			t.Fatal(err)
		}
		h.listed()
		if _, err := h.s.UndoImport(h.ctx, h.who, h.p, im.ID); err != nil || h.count("estate_kept") != 0 {
			t.Errorf("%v, %d left", err, h.count("estate_kept"))
		}
	})
}
