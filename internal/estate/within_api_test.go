package estate_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

// TestChangesWithinBuildings: whoever is limited to a building changes its rooms
// and who lives there, brings in somebody who is new, and changes neither what
// belongs to another building nor a person who lives in both.
func TestChangesWithinBuildings(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		a, b := h.building("1栋", "1单元", "101", "102"), h.building("2栋", "1单元", "101", "201")
		here := h.person(estate.PersonInput{Name: "陈建国"})
		there := h.person(estate.PersonInput{Name: "陈丽", IDNumber: "11010519491231002X"})
		both, fresh := h.person(estate.PersonInput{Name: "陈双"}), h.person(estate.PersonInput{Name: "陈新"})
		mine := h.occupant(estate.Occupant{Room: a[0].ID, Person: here})
		theirs := h.occupant(estate.Occupant{Room: b[0].ID, Person: there})
		h.occupant(estate.Occupant{Room: a[1].ID, Person: both})
		h.occupant(estate.Occupant{Room: b[1].ID, Person: both})
		tag := estate.Tag{}
		h.write(func(tx *db.Tx) (err error) {
			tag, err = h.s.CreateTag(h.ctx, tx, h.who, h.p, estate.Tag{Name: "老人", Kind: estate.TagPerson})
			return err
		})
		w := web.New(web.Deps{DB: h.d, Log: slog.New(slog.DiscardHandler), Authenticate: func(context.Context, string, string) (actor.Actor, error) {
			return actor.Actor{Account: 7, Name: "楼管", Grants: []actor.Grant{{Project: h.p, Limited: true, Buildings: []id.ID{a[0].Building},
				Permissions: []actor.Permission{estate.PermRead, estate.PermWrite, estate.PermAsk, estate.PermCorrect}}}}, nil
		}})
		h.s.Routes(w)
		api, in := w.Handler(), "/projects/"+h.p.String()
		for _, c := range []struct {
			method, path, body string
			status             int
			code               string
		}{
			{"PATCH", "/rooms/" + a[0].ID.String(), `{"version":1,"layout":"三室"}`, 200, ""},
			{"PATCH", "/rooms/" + b[0].ID.String(), `{"version":1,"layout":"三室"}`, 404, "estate_room_not_found"},
			{"POST", "/rooms", fmt.Sprintf(`{"building_id":%q,"name":"301"}`, a[0].Building), 200, ""},
			{"POST", "/rooms", fmt.Sprintf(`{"building_id":%q,"name":"301"}`, b[0].Building), 404, "estate_building_not_found"},
			{"PATCH", "/people/" + here.ID.String(), `{"version":1,"email":"a@b.example"}`, 200, ""},
			{"PATCH", "/people/" + there.ID.String(), `{"version":1,"email":"a@b.example"}`, 404, "not_found"},
			{"PATCH", "/people/" + both.ID.String(), `{"version":1,"email":"a@b.example"}`, 403, "person_beyond_buildings"},
			{"POST", "/rooms/" + a[0].ID.String() + "/occupants", fmt.Sprintf(`{"person_id":%q,"part":"family"}`, fresh.ID), 200, ""},
			{"POST", "/rooms/" + a[0].ID.String() + "/occupants", fmt.Sprintf(`{"person_id":%q,"part":"family"}`, both.ID), 200, ""},
			{"POST", "/rooms/" + a[0].ID.String() + "/occupants", fmt.Sprintf(`{"person_id":%q,"part":"family"}`, there.ID), 404, "not_found"},
			{"POST", "/rooms/" + b[0].ID.String() + "/occupants", fmt.Sprintf(`{"person_id":%q,"part":"family"}`, here.ID), 404, "estate_room_not_found"},
			{"POST", "/tags/" + tag.ID.String() + "/bearers", fmt.Sprintf(`{"subject_ids":[%q],"on":true}`, here.ID), 200, ""},
			{"POST", "/tags/" + tag.ID.String() + "/bearers", fmt.Sprintf(`{"subject_ids":[%q,%q],"on":false}`, here.ID, there.ID), 404, "not_found"},
			{"POST", "/corrections", correctionOf("person", both.ID, "email", "c@d.example"), 200, ""},
			{"POST", "/corrections", correctionOf("room", b[0].ID, "layout", "三室"), 404, "estate_room_not_found"},
			{"POST", "/corrections", correctionOf("person", there.ID, "email", "c@d.example"), 404, "not_found"},
			{"POST", "/occupants/" + mine.ID.String() + "/end", `{}`, 200, ""},
			{"POST", "/occupants/" + theirs.ID.String() + "/end", `{}`, 404, "not_found"},
			{"POST", "/people", `{"name":"新人"}`, 200, ""},
			{"POST", "/people", `{"name":"新人","id_number":"11010519491231002X"}`, 409, "estate_id_taken"},
			{"POST", "/buildings", `{"name":"9栋"}`, 403, "building_scope"},
			{"PATCH", "/buildings/" + a[0].Building.String(), `{"version":1,"floors":9}`, 403, "building_scope"},
		} {
			status, out := h.call(api, c.method, in+c.path, "application/json", strings.NewReader(c.body))
			if code, _ := out["code"].(string); status != c.status || code != c.code || strings.Contains(fmt.Sprint(out), "陈丽") {
				t.Errorf("%s %s %s: %d %v", c.method, c.path, c.body, status, out)
			}
		}
		h.write(func(tx *db.Tx) error {
			for _, c := range []estate.Correction{{Kind: "room", Subject: b[0].ID, Field: "layout", New: "四室"}, {Kind: "person", Subject: there.ID, Field: "email", New: "e@f.example"}} {
				c.AskedBy, c.Way, c.Reason = "陈丽", "phone", "更正"
				if _, err := h.s.AskCorrection(h.ctx, tx, h.who, h.p, c); err != nil {
					return err
				}
			}
			return nil
		})
		for n, within := range map[int]actor.Buildings{3: nil, 1: {a[0].Building}, 0: {}} {
			l, err := h.s.Corrections(h.ctx, h.d.Reader(h.ctx), h.p, estate.CorrectionFilter{Request: page.Request{Limit: 9}, Within: within})
			if err != nil || len(l.Items) != n {
				t.Errorf("%d corrections within %v: %v", len(l.Items), within, err)
			}
		}
	})
}

func correctionOf(kind string, subject id.ID, field, value string) string {
	return fmt.Sprintf(`{"kind":%q,"subject_id":%q,"field":%q,"new_value":%q,"asked_by":"本人","way":"phone","reason":"更正"}`, kind, subject, field, value)
}

// TestTooManyLooks: who is refused another look at a full number gets none, and
// that stands in the log.
func TestTooManyLooks(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		p := h.person(estate.PersonInput{Name: "陈建国", Phone: "13800138000"})
		full := fault.New(fault.TooMany, "too_many_looks", "看满了")
		left := 1
		s := estate.New(estate.Deps{DB: h.d, Audit: h.audit, Ring: h.ring, Look: func(context.Context, *db.Tx, actor.Actor) error {
			if left--; left < 0 {
				return full
			}
			return nil
		}})
		who := actor.Actor{Account: 7, Name: "李雪梅", Grants: []actor.Grant{{Project: h.p}}}
		if v, err := s.Reveal(h.ctx, who, h.p, p.ID, "phone", "回访"); v != "13800138000" || err != nil {
			t.Errorf("first look: %q %v", v, err)
		}
		if v, err := s.Reveal(h.ctx, who, h.p, p.ID, "phone", "回访"); v != "" || code(err) != full.Code {
			t.Errorf("second look: %q %v", v, err)
		}
		log, err := h.audit.Entries(h.ctx, h.p, audit.Filter{Account: 7})
		if err != nil || len(log.Items) != 2 || log.Items[0].Summary != "请求“查看完整的手机号或证件号（记入日志）”被拒绝：次数太多" {
			t.Errorf("log %+v %v", log.Items, err)
		}
	})
}
