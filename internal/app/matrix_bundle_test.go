package app_test

import (
	"fmt"
	"testing"

	"linli/internal/feebundle"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// bundled gives a twin a bundle that was given to one room.
func (w *matrixWorld) bundled(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project, from := t.Context(), p.ids["project"], clock.DateOf(dbtest.Start()).AddDays(400)
	var i tariff.Item
	err := w.app.DB.Write(ctx, func(tx *db.Tx) (err error) {
		i, err = w.app.Tariff.CreateItem(ctx, tx, who, project, tariff.Item{Name: p.canary + "套餐费", Basis: tariff.Fixed, Cycle: "month", Advance: true, StartMonth: 1,
			From: from, Unit: money.OneFen, FirstMonth: tariff.Actual})
		return err
	})
	var b feebundle.Bundle
	if err == nil {
		b, err = w.app.Bundles.Create(ctx, who, project, feebundle.Bundle{Name: p.canary + "套餐", Note: p.canary, Parts: []feebundle.Part{{Item: i.ID}}})
	}
	var u feebundle.Use
	if err == nil {
		u, err = w.app.Bundles.Give(ctx, who, project, feebundle.Giving{Bundle: b.ID, Version: b.Version, Place: feebundle.Place{
			Assignment: tariff.Assignment{Scope: tariff.ToBuilding, Target: p.ids["building"], From: from}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	p.ids["bundle"], p.ids["bundle_use"], p.ids["bundle_item"] = b.ID, u.ID, i.ID
}

// bundleBodies are requests about bundles that reach the rules.
func bundleBodies(from twin) map[string]string {
	day := clock.DateOf(dbtest.Start()).AddDays(401)
	place := fmt.Sprintf(`{"scope":"rooms","room_ids":[%q],"from_date":%q,"version":1}`, from.ids["room"], day)
	return map[string]string{
		"create-bundle":  fmt.Sprintf(`{"name":"丙套餐","parts":[{"item_id":%q}]}`, from.ids["bundle_item"]),
		"edit-bundle":    fmt.Sprintf(`{"name":"丁套餐","parts":[{"item_id":%q}],"state":"active","version":1}`, from.ids["bundle_item"]),
		"preview-bundle": place,
		"give-bundle":    place,
		"undo-bundle":    `{"reason":"矩阵测试","version":1}`,
		"fill-bundle":    fmt.Sprintf(`{"from_date":%q,"version":1,"bundle_version":1}`, day),
	}
}
