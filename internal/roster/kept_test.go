package roster_test

import (
	"slices"
	"testing"

	"linli/internal/estate"
	"linli/internal/roster"
)

// assets21 is MicroCommunity's 资产信息 of 2025: a company with its contact, a
// tenant who heads the household, an owner with family, an empty room.
func assets21() [][]any {
	return [][]any{
		{"楼号", "单元", "房间", "楼层", "总层数", "是否有电梯", "房屋类型", "房屋户型", "建筑面积", "室内面积", "租金", "房屋状态", "业主名称", "性别", "手机号", "身份证号", "业主类型", "人员类型", "人员角色", "联系人", "联系电话"},
		{"1", "1", "101", "1", "18", "有", "110", "10102", "89.50", "72.30", "0", "2001", "陈建国", "男", "13800138000", "11010519491231002X", "1001", "P", "1", "陈建国", "13800138000"},
		{"1", "1", "101", "1", "18", "有", "110", "10102", "89.50", "72.30", "0", "2001", "李梅", "女", "13800138001", "", "1002", "P", "3", "无", ""},
		{"1", "1", "102", "1", "18", "有", "110", "10102", "89.50", "72.30", "2600.00", "2006", "王五", "男", "13800138002", "", "1001", "P", "2", "王五", ""},
		{"1", "1", "103", "1", "18", "有", "110", "10102", "89.50", "72.30", "0", "2002", "", "", "", "", "", "", "", "", ""},
		{"1", "0", "S01", "1", "18", "无", "120", "10102", "40", "40", "3000", "2001", "好邻居便利店", "男", "13800138003", "91330106MA2XXXXX0X", "1001", "C", "1", "赵六", "13900139001"},
	}
}

func TestMicroCommunitySheetOf21Columns(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		content := xlsx(t, assets21(), nil)
		im := h.imported(content)
		want := roster.Counts{Buildings: 1, Units: 1, Rooms: 4, People: 4, Occupants: 4, Kept: 11}
		if im.Report.Counts != want || len(im.Report.Ignored) != 0 {
			t.Errorf("%+v %v", im.Report.Counts, im.Report.Ignored)
		}
		if kept := []string{"是否有电梯（F1）", "租金（K1）", "联系人（T1）", "联系人电话（U1）"}; !slices.Equal(im.Report.Kept, kept) {
			t.Errorf("kept %v", im.Report.Kept)
		}
		q := h.d.Reader(h.ctx)
		parts := map[string]string{}
		hits, err := h.estate.Search(h.ctx, h.p, "1-1-102", 5)
		if err != nil || len(hits) != 1 {
			t.Fatalf("%+v %v", hits, err)
		}
		list, err := h.estate.Occupants(h.ctx, q, h.p, hits[0].Room, 0, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			parts[o.Person.Name] = o.Part
		}
		if len(list) != 1 || parts["王五"] != estate.PartTenant || !list[0].Payer {
			t.Errorf("the tenant who heads the household pays: %+v", list)
		}
		shop, err := h.estate.Search(h.ctx, h.p, "好邻居便利店", 5)
		if err != nil || len(shop) != 1 {
			t.Fatalf("%+v %v", shop, err)
		}
		company, err := h.estate.Person(h.ctx, q, h.p, shop[0].Person)
		if err != nil || company.Kind != estate.KindCompany {
			t.Errorf("%+v %v", company, err)
		}
		for kind, value := range map[string]string{roster.KeptContact: "赵六", roster.KeptContactPhone: "139****9001"} {
			kept, err := h.s.Keeps(h.ctx, q, h.p, kind)
			if err != nil || !slices.ContainsFunc(kept, func(k roster.Kept) bool { return k.Value == value && k.Person == company.ID && k.Import == im.ID }) {
				t.Errorf("%s: %+v %v", kind, kept, err)
			}
		}
		if rent, err := h.s.Keeps(h.ctx, q, h.p, roster.KeptRent); err != nil || len(rent) != 2 {
			t.Errorf("rents %+v %v", rent, err)
		}

		again := h.check(xlsx(t, assets21(), nil))
		if c := again.Report.Counts; c.Kept != 0 || c.Rooms+c.People+c.RoomsChanged+c.PeopleChanged+c.OccupantsChanged != 0 {
			t.Errorf("the same file again: %+v", c)
		}
		if _, err := h.s.UndoImport(h.ctx, h.who, h.p, im.ID); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"estate_room", "estate_person", "estate_kept"} {
			if n := h.count(table); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
	})
}
