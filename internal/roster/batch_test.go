package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/page"
	"linli/internal/roster"
)

// Rows are compared some thousand at a time. What belongs together and stands
// far apart in a file is found all the same: rows of one room, rows of one
// person, doubles and contradictions; and the errors come in the file's order.
func TestFarApart(t *testing.T) {
	const rooms = 1500
	line := func(i int, cells string) string { return fmt.Sprintf("1,%d,%d,1,%s", i/500+1, i%500+100, cells) }
	const head = "楼栋,单元,房号,楼层,建筑面积,姓名,身份,手机号,身份证号,邮箱,缴费人"
	filled := func() []string {
		lines := []string{head}
		for i := range rooms {
			lines = append(lines, line(i, fmt.Sprintf("89.5,王小%c,业主,138%08d,,,", rune(0x4e00+i), i)))
		}
		for i := range rooms {
			lines = append(lines, line(i, fmt.Sprintf(",李小%c,家属,139%08d,,,", rune(0x4e00+i), i)))
		}
		return lines
	}
	run(t, func(t *testing.T, h *house) {
		good := append(filled(),
			line(7, ",绿源商贸有限公司,租户,13700137000,,,是"),
			line(1490, ",绿源商贸有限公司,租户,13700137000,91330106MA27WXYZ12,a@example.com,"), // the same tenant, and more of him
			line(1491, ",王小一,家属,13800000000,,w@example.com,"))                        // the first owner, once more
		im := h.imported(csv(good...))
		want := roster.Counts{Buildings: 1, Units: 3, Rooms: rooms, People: 2*rooms + 1, Occupants: 2*rooms + 3}
		if im.Report.Counts != want || im.Rows != 2*rooms+3 {
			t.Fatalf("%+v", im)
		}
		hits, err := h.estate.Search(h.ctx, h.p, "绿源商贸有限公司", 10)
		if err != nil || len(hits) != 2 || hits[0].Person != hits[1].Person {
			t.Fatalf("%+v %v", hits, err)
		}
		tenant, err := h.estate.Person(h.ctx, h.d.Reader(h.ctx), h.p, hits[0].Person)
		if err != nil || tenant.Email != "a@example.com" || tenant.IDMask == "" {
			t.Errorf("%+v %v", tenant, err)
		}

		changed := filled()
		changed[1] = line(0, "90,王小一,业主,13800000000,,w2@example.com,")
		changed[rooms] = line(rooms-1, fmt.Sprintf("91,王小%c,业主,138%08d,,,", rune(0x4e00+rooms-1), rooms-1))
		again := h.check(csv(changed...))
		told := []string{}
		for _, c := range again.Report.Changes {
			told = append(told, fmt.Sprint(c.Row, c.Label, c.Text))
		}
		if !slices.Equal(told, []string{"21栋1单元100建筑面积 89.5 → 90", "15011栋3单元599建筑面积 89.5 → 91", "2王小一邮箱 w@example.com → w2@example.com"}) {
			t.Errorf("changes %q", told)
		}

		bad := append(filled(),
			line(3, "90,赵六,租户,13700137009,,,"),                           // another area than line 5
			line(4, fmt.Sprintf(",王小%c,业主,138%08d,,,", rune(0x4e04), 4)), // the owner of line 6 again
			line(5, ",王小一,租户,13800000000,,other@example.com,"),           // another address than he has in line 2 and below
			"1,x y z 坏,,1,,,,,,,")
		bad[1] = line(0, "89.5,王小一,业主,13800000000,,x@example.com,")
		bad[2] = "1,1,101,九百,89.5,,,,,,"
		refused := h.check(csv(bad...))
		list := h.errorsOf(refused.ID)
		places := []string{"D3|楼层", "E3002|和第 5 行的同一房屋不一致", "C3003|和第 6 行是同一房屋的同一个人", "J3004|和第 2 行的同一个人不一致", "C3005|房号要填写"}
		if refused.State != roster.ImportRefused || refused.Rows != 2*rooms+4 || len(list) != len(places) {
			t.Fatalf("%s %d %q", refused.State, refused.Rows, list)
		}
		for i, want := range places {
			if !strings.HasPrefix(list[i], want) {
				t.Errorf("error %d is %q, want %q", i, list[i], want)
			}
		}
		if undone, err := h.s.UndoImport(h.ctx, h.who, h.p, im.ID); err != nil || undone.State != roster.ImportUndone {
			t.Fatal(err)
		}
		for _, table := range []string{"estate_building", "estate_unit", "estate_room", "estate_person", "estate_occupant", "estate_term", "estate_import_step"} {
			if n := h.count(table); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
	})
}

// A new building is as high as the highest row says; all its rooms know it.
func TestFloorsOfANewBuilding(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		h.imported(csv("楼栋,单元,房号,总层数", "1,1,101,", "1,1,102,11", "1,1,103,18", "1,1,104,"))
		l, err := h.estate.RoomList(h.ctx, h.d.Reader(h.ctx), h.p, estate.RoomListFilter{Request: page.Request{Limit: 10}})
		if err != nil || len(l.Items) != 4 {
			t.Fatalf("%+v %v", l, err)
		}
		for _, r := range l.Items {
			if r.Floors != 18 {
				t.Errorf("%s has %d floors", r.Label, r.Floors)
			}
		}
	})
}
