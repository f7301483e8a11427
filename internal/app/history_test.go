package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// told is the history of a record as a role reads it, one line for each change.
func (w *matrixWorld) told(t *testing.T, role, path string) []string {
	t.Helper()
	status, text := w.call(t, role, "GET", fmt.Sprintf("/api/v1/projects/%s%s/history?limit=50", w.a.ids["project"], path), "", "")
	if status != 200 {
		t.Fatalf("%s by %s: %d %s", path, role, status, text)
	}
	var body struct {
		Items []struct{ By, Summary, Before, After string }
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(body.Items))
	for i, x := range body.Items {
		out[i] = x.By + "|" + x.Summary + "|" + x.Before + "|" + x.After
	}
	return out
}

func newestLine(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// TestImportStandsInEveryHistory (B3): what a sheet changed of a room, of the
// people in it and of the building stands in their histories with the name of
// the sheet, old and new; its undo, too; numbers stay masked.
func TestImportStandsInEveryHistory(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], actor.System("周主任")
		room, person, building := "/rooms/"+w.a.ids["room"].String(), "/people/"+w.a.ids["person"].String(), "/buildings/"+w.a.ids["building"].String()
		im := w.imported(t, "改.csv", "楼栋,单元,房号,总层数,建筑面积,房屋状态,姓名,身份,手机号,缴费人\n"+
			"甲金丝雀栋,1单元,101,18,90.10,自住,甲金丝雀业主,业主,13800138000,\n"+
			"甲金丝雀栋,1单元,101,,,,孟小满,租户,13700137001,是\n"+
			"6栋,2单元,601,11,77.00,出租,苏晚,业主,13600136000,\n")
		var fresh id.ID
		if hits, err := w.app.Estate.Search(ctx, project, "6栋601", 1); err != nil || len(hits) != 1 {
			t.Fatalf("%+v %v", hits, err)
		} else {
			fresh = hits[0].Room
		}
		if got := newestLine(w.told(t, "manager", "/rooms/"+fresh.String())); got != "test|导入 改.csv，新建||" {
			t.Errorf("of a new room: %s", got)
		}
		if got := newestLine(w.told(t, "manager", building)); !strings.Contains(got, `test|导入 改.csv|{"Floors":0}|{"Floors":18}`) {
			t.Errorf("of the building: %s", got)
		}
		all := strings.Join(w.told(t, "cashier", room), "\n")
		for _, want := range []string{`导入 改.csv|{"Area":8930,"State":"vacant"}|{"Area":9010,"State":"self"}`, "导入 改.csv，孟小满||{", `"Part":"tenant"`, `"Payer":true`} {
			if !strings.Contains(all, want) {
				t.Errorf("the room's history lacks %s:\n%s", want, all)
			}
		}
		im, err := w.app.Roster.UndoImport(ctx, who, project, im.ID)
		if err != nil {
			t.Fatal(err)
		}
		all = strings.Join(w.told(t, "cashier", room), "\n")
		for _, want := range []string{`周主任|撤销导入 改.csv|{"Area":9010,"State":"self"}|{"Area":8930,"State":"vacant"}`, "周主任|撤销导入 改.csv，孟小满|{", "test|导入 改.csv，孟小满||{"} {
			if !strings.Contains(all, want) {
				t.Errorf("the room's history lacks %s:\n%s", want, all)
			}
		}
		if strings.Contains(all, "13700137001") || strings.Contains(strings.Join(w.told(t, "manager", person), "\n"), "138001380") {
			t.Errorf("a number in clear")
		}
		if err := w.app.Audit.Verify(ctx, project); err != nil {
			t.Error(err)
		}
		sound(t, w.app, project)
	})
}

// TestBulkCommandsStandInEveryHistory: tags put on many, the rooms of a
// building with another name.
func TestBulkCommandsStandInEveryHistory(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], actor.System("周主任")
		err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			tag, err := w.app.Estate.CreateTag(ctx, tx, who, project, estate.Tag{Name: "巡查", Kind: estate.TagRoom})
			if err != nil {
				return err
			}
			_, err = w.app.Estate.PutTag(ctx, tx, who, project, tag.ID, []id.ID{w.a.ids["room"], w.home.ids["room"]}, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, room := range []id.ID{w.a.ids["room"], w.home.ids["room"]} {
			if got := newestLine(w.told(t, wing, "/rooms/"+room.String())); got != `周主任|贴上标签 巡查|{"on":false,"tag":"巡查"}|{"on":true,"tag":"巡查"}` {
				t.Errorf("tagged: %s", got)
			}
		}
		b, err := w.app.Estate.Building(ctx, w.app.DB.Reader(ctx), project, w.a.ids["building"])
		if err != nil {
			t.Fatal(err)
		}
		name := "观澜阁"
		if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.app.Estate.EditBuilding(ctx, tx, who, project, b.ID, estate.BuildingEdit{Version: b.Version, Name: &name})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got := newestLine(w.told(t, wing, "/rooms/"+w.a.ids["room"].String())); !strings.HasPrefix(got, "周主任|楼栋 甲金丝雀栋 改名 观澜阁|{\"RoomLabel\":\"甲金丝雀栋") || !strings.Contains(got, `{"RoomLabel":"观澜阁`) {
			t.Errorf("renamed: %s", got)
		}
		if err := w.app.Audit.Verify(ctx, project); err != nil {
			t.Error(err)
		}
	})
}

// TestWishStandsInTheHistoryOfItsPerson: whoever wants bills alone reads so in
// his history, old and new; what changes nothing is not written down.
func TestWishStandsInTheHistoryOfItsPerson(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		path := "/people/" + w.a.ids["person"].String()
		begun := len(w.told(t, "manager", path))
		for _, quiet := range []bool{false, true, true, false} {
			status, text := w.call(t, "manager", "PUT", fmt.Sprintf("/api/v1/projects/%s%s/contact-wish", w.a.ids["project"], path), "application/json", fmt.Sprintf(`{"quiet":%t}`, quiet))
			if status != 200 {
				t.Fatalf("wish %t: %d %s", quiet, status, text)
			}
		}
		got := w.told(t, "manager", path)
		want := []string{`|住户同意接收缴费提醒|{"Wish":"bills_only"}|{"Wish":"bills_and_reminders"}`, `|住户要求只发账单，不发提醒|{"Wish":"bills_and_reminders"}|{"Wish":"bills_only"}`}
		if len(got) != begun+len(want) {
			t.Fatalf("history: %s", strings.Join(got, "\n"))
		}
		for i := range want {
			if !strings.HasSuffix(got[i], want[i]) {
				t.Errorf("line %d: %s, should end %s", i, got[i], want[i])
			}
		}
	})
}

// TestHistoryOfAnItem: another price, old and new, with its ground; whoever may
// not read the item reads no history of it.
func TestHistoryOfAnItem(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who, item := t.Context(), w.a.ids["project"], actor.System("程颐"), w.a.ids["item"]
		today := clock.DateOf(w.app.DB.Clock().Now())
		rates, err := w.app.Tariff.Rates(ctx, w.app.DB.Reader(ctx), project, item)
		if err != nil || len(rates) == 0 {
			t.Fatalf("%v %v", rates, err)
		}
		if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.app.Tariff.AddRate(ctx, tx, who, project, tariff.Rate{Item: item, From: today.AddDays(30), Price: 3_500_000, Formula: rates[0].Formula, SourceKind: "vote", SourceText: "业主大会 2026-03"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		path := "/items/" + item.String()
		got := newestLine(w.told(t, "cashier", path))
		if !strings.HasPrefix(got, "程颐|") || !strings.Contains(got, fmt.Sprintf(`"Price":%d,`, int64(rates[len(rates)-1].Price))) || !strings.Contains(got, `"Price":3500000,`) || !strings.Contains(got, "业主大会 2026-03") {
			t.Errorf("history: %s", got)
		}
		if status, text := w.call(t, wing, "GET", fmt.Sprintf("/api/v1/projects/%s%s/history", project, path), "", ""); status != 403 {
			t.Errorf("by somebody limited to buildings, who may not open the item: %d %s", status, text)
		}
	})
}

// TestHistoryWithinBuildings: whoever answers for one building reads of a person
// only what happened there.
func TestHistoryWithinBuildings(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], actor.System("周主任")
		person := w.home.ids["person"]
		if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: w.c.ids["room"], Person: estate.Person{ID: person}, Part: estate.PartFamily})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		labels, err := w.app.Estate.Labels(ctx, w.app.DB.Reader(ctx), project, []id.ID{w.c.ids["room"]})
		if err != nil {
			t.Fatal(err)
		}
		far := labels[w.c.ids["room"]]
		parts := strings.SplitN(far, "1单元", 2)
		w.imported(t, "远.csv", "楼栋,单元,房号,姓名,身份,手机号,入住日期\n"+parts[0]+",1单元,"+parts[1]+",同楼业主,家属,13700137000,2026-01-02\n")
		path := "/people/" + person.String()
		whole, part := strings.Join(w.told(t, "manager", path), "\n"), strings.Join(w.told(t, wing, path), "\n")
		if !strings.Contains(whole, far) || !strings.Contains(whole, "远.csv") {
			t.Errorf("whole: %s", whole)
		}
		if strings.Contains(part, far) || strings.Contains(part, "远.csv") || !strings.Contains(part, "同楼业主") {
			t.Errorf("of one building: %s", part)
		}
		for _, beyond := range []string{"/rooms/" + w.c.ids["room"].String(), "/people/" + w.c.ids["person"].String(), "/buildings/" + w.c.ids["building"].String()} {
			if status, text := w.call(t, wing, "GET", fmt.Sprintf("/api/v1/projects/%s%s/history", project, beyond), "", ""); status != 404 {
				t.Errorf("%s: %d %s", beyond, status, text)
			}
		}
	})
}

// TestRoomsAreCounted on demand: those of the filter, and of the buildings that
// somebody answers for.
func TestRoomsAreCounted(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		w.grow(t, w.a, 30)
		for _, c := range []struct {
			role, query string
			want        int
		}{
			{"manager", "count=true&limit=1", 34}, {"manager", "count=true&building_id=" + w.c.ids["building"].String(), 1}, {"manager", "count=true&q=1000", 1},
			{wing, "count=true&limit=5", 33}, {wing, "count=true&building_id=" + w.c.ids["building"].String(), 0}, {"manager", "limit=5", -1},
		} {
			status, text := w.call(t, c.role, "GET", fmt.Sprintf("/api/v1/projects/%s/rooms?%s", w.a.ids["project"], c.query), "", "")
			var body struct{ Total *int }
			if err := json.Unmarshal([]byte(text), &body); err != nil || status != 200 {
				t.Fatalf("%s: %d %v", c.query, status, err)
			}
			if got := body.Total; got == nil && c.want >= 0 || got != nil && *got != c.want {
				t.Errorf("%s by %s: %s, should be %d", c.query, c.role, text[max(0, len(text)-40):], c.want)
			}
		}
	})
}

// TestWhatOneCommandDidToMany (B3): rooms made many at a time, meters hung in
// every room, and the side of who sells a room stand in the history of each.
func TestWhatOneCommandDidToMany(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], actor.System("周主任")
		rooms := []estate.Room{{Building: w.a.ids["building"], Name: "901"}, {Building: w.a.ids["building"], Name: "902"}}
		var sold estate.Transfer
		var to estate.Person
		err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			if err := w.app.Estate.CreateRooms(ctx, tx, who, project, rooms); err != nil {
				return err
			}
			_, err := w.app.Meter.InstallAll(ctx, tx, who, project, 0, meter.Meter{Kind: supply.Gas, Digits: 5, Installed: clock.DateOf(tx.Now())})
			if err != nil {
				return err
			}
			to, err = w.app.Estate.CreatePerson(ctx, tx, who, project, estate.PersonInput{Name: "买房人"})
			if err != nil {
				return err
			}
			_, err = w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: rooms[0].ID, Person: estate.Person{ID: w.a.ids["person"]}, Part: estate.PartOwner, Since: clock.DateOf(tx.Now()).AddDays(-30)})
			if err != nil {
				return err
			}
			sold, err = w.app.Estate.PlanTransfer(ctx, tx, who, project, estate.Transfer{Room: rooms[0].ID, To: to.ID, Date: clock.DateOf(tx.Now())})
			if err != nil {
				return err
			}
			_, _, err = w.app.Estate.EffectTransfer(ctx, tx, who, project, sold.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		room := w.told(t, "manager", "/rooms/"+rooms[1].ID.String())
		if all := strings.Join(room, "\n"); len(room) != 2 || !strings.Contains(all, "周主任|新建 2 间房||") || !strings.Contains(all, "间房装燃气表，表号 甲金丝雀栋902|") {
			t.Errorf("of a room made with others:\n%s", all)
		}
		seller, buyer := "/people/"+w.a.ids["person"].String(), "/people/"+to.ID.String()
		if all := strings.Join(w.told(t, "manager", seller), "\n"); !strings.Contains(all, "过户：甲金丝雀业主 → 买房人") {
			t.Errorf("of the seller:\n%s", all)
		}
		for _, path := range []string{"/rooms/" + rooms[0].ID.String(), buyer} {
			if all := strings.Join(w.told(t, "manager", path), "\n"); strings.Count(all, " 过户：甲金丝雀业主 → 买房人") != 1 || strings.Contains(all, "sha256") {
				t.Errorf("of %s:\n%s", path, all)
			}
		}
		err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.app.Estate.UndoTransfer(ctx, tx, who, project, sold.ID, "登记错了")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := newestLine(w.told(t, "manager", seller)); !strings.Contains(got, "撤销过户") || !strings.Contains(got, "登记错了") {
			t.Errorf("of the seller, taken back: %s", got)
		}
		if err := w.app.Audit.Verify(ctx, project); err != nil {
			t.Error(err)
		}
	})
}
