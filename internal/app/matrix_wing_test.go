package app_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"maps"
	"strings"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/roster"
	"linli/internal/shift"
)

// works gives the room of a twin a meter with a reading that has a photo, and a
// correction that somebody asks for, and lets somebody close a shift.
func (w *matrixWorld) works(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	photo, err := w.app.Meter.AddPhoto(ctx, who, project, p.canary+".png", &picture)
	if err != nil {
		t.Fatal(err)
	}
	today := clock.DateOf(w.app.DB.Clock().Now())
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := w.app.Meter.Install(ctx, tx, who, project, meter.Meter{Room: p.ids["room"], Kind: supply.Water, Number: p.canary + "表", Digits: 5, Installed: today.Month().First()})
		if err != nil {
			return err
		}
		r, err := w.app.Meter.Record(ctx, tx, who, project, meter.Reading{Meter: m.ID, Date: today, Value: 10_000, Photo: photo.ID, Note: p.canary}, false)
		if err != nil {
			return err
		}
		c, err := w.app.Estate.AskCorrection(ctx, tx, who, project, estate.Correction{Kind: "room", Subject: p.ids["room"], Field: "layout", New: p.canary + "厅",
			AskedBy: p.canary, Way: "phone", Reason: p.canary + "更正"})
		if err != nil {
			return err
		}
		tenant, err := w.app.Estate.CreatePerson(ctx, tx, who, project, estate.PersonInput{Name: p.canary + "租户"})
		if err != nil {
			return err
		}
		o, err := w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: p.ids["room"], Person: tenant, Part: estate.PartTenant})
		p.ids["meter"], p.ids["reading"], p.ids["correction"], p.ids["occupant"] = m.ID, r.ID, c.ID, o.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.cars(t, p)
	drawer := money.Fen(300_00)
	sh, err := w.app.Shift.OpenShift(ctx, who, project, drawer)
	if err == nil {
		_, err = w.app.Shift.CountShift(ctx, who, project, sh.ID, &drawer, nil)
	}
	if err == nil {
		_, err = w.app.Shift.CloseShift(ctx, who, project, sh.ID, shift.Closing{Count: 1, Handed: 300_00})
	}
	if err != nil {
		t.Fatal(err)
	}
	p.ids["shift"] = sh.ID
}

// cars brings in a vehicle of the room of a twin.
func (w *matrixWorld) cars(t *testing.T, p *twin) {
	t.Helper()
	ctx, who, project, room := t.Context(), actor.System(p.canary), p.ids["project"], p.ids["room"]
	labels, err := w.app.Estate.Labels(ctx, w.app.DB.Reader(ctx), project, []id.ID{room})
	if err != nil {
		t.Fatal(err)
	}
	im, err := w.app.Roster.StartImportOf(ctx, who, project, roster.KindVehicles, p.canary+"车辆.csv",
		strings.NewReader(fmt.Sprintf("车牌号,车主,手机号,房号\n浙A%05d,%s车主,13900139000,%s\n", int64(room)%100_000, p.canary, strings.ReplaceAll(labels[room], "栋1单元", "栋-1-"))))
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err == nil {
		_, err = w.app.Roster.ApplyImport(ctx, who, project, im.ID, roster.ApplyOptions{})
	}
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wingBodies are requests that work in the own building, where those of the
// other roles are refused for what stands in them: so only the building can be
// why the other one's are refused.
func (w *matrixWorld) wingBodies(t *testing.T, from twin) map[string]string {
	today, version := clock.DateOf(dbtest.Start()), 1
	if r, err := w.app.Estate.Room(t.Context(), w.app.DB.Reader(t.Context()), w.a.ids["project"], from.ids["room"]); err == nil {
		version = r.Version
	}
	bodies := map[string]string{
		"add-occupant":         fmt.Sprintf(`{"person_id":%q,"part":"family"}`, from.ids["person"]),
		"ask-correction":       fmt.Sprintf(`{"kind":"person","subject_id":%q,"field":"email","new_value":"a@b.example","asked_by":"本人","way":"phone","reason":"更正"}`, from.ids["person"]),
		"confirm-reading":      `{"note":"矩阵测试"}`,
		"create-room":          fmt.Sprintf(`{"building_id":%q,"name":"303"}`, from.ids["building"]),
		"decide-correction":    `{"approve":true,"note":"核对过","version":1}`,
		"edit-occupant":        fmt.Sprintf(`{"since":%q}`, today),
		"edit-person":          `{"version":1,"email":"b@b.example"}`,
		"edit-room":            fmt.Sprintf(`{"version":%d,"layout":"四室"}`, version),
		"end-occupant":         `{}`,
		"put-tag":              fmt.Sprintf(`{"subject_ids":[%q],"on":true}`, from.ids["person"]),
		"take-remote-readings": fmt.Sprintf(`{"month":%q,"kind":"water","until":%q,"meter_ids":[%q]}`, today.Month(), today, from.ids["meter"]),
		"record-reading":       fmt.Sprintf(`{"meter_id":%q,"date":%q,"value":20000,"correct":true}`, from.ids["meter"], today),
		"set-person-values":    `{"values":[]}`,
		"set-room-values":      fmt.Sprintf(`{"values":[{"field_id":%q,"seen":"","value":"三月"}]}`, from.ids["field"]),
		"shift-close":          `{"count":1,"handed":0}`,
		"shift-count":          `{"counted":0}`,
		"void-reading":         `{"note":"矩阵测试"}`,
	}
	maps.Copy(bodies, careBodies(from))
	maps.Copy(bodies, w.deskBodies(t, from))
	return bodies
}
