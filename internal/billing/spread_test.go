package billing_test

import (
	"context"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

func TestARunByBuildingAndWhatStandsOut(t *testing.T) {
	each(t, 3, func(t *testing.T, w *world) {
		var second estate.Building
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			second, err = w.Estate.CreateBuilding(ctx, tx, w.Who, w.Project, estate.Building{Name: "2栋"})
			return err
		})
		r := w.Rooms(estate.Room{Area: 10000}, estate.Room{Area: 10000}, estate.Room{Area: 30000}, estate.Room{Area: 30001},
			estate.Room{Area: 10000, Building: second.ID}, estate.Room{Area: 3333, Building: second.ID}, estate.Room{Area: 10000, Building: second.ID})
		w.Item(tariff.Item{Name: "物业服务费"}, "1", "")
		run := w.run(202609)
		lines := w.Lines(run.ID)
		for _, l := range lines {
			if l.Subject == r[0] {
				if _, err := w.Billing.DropLine(context.Background(), w.Who, w.Project, run.ID, l.ID, "业主大会决定"); err != nil {
					t.Fatal(err)
				}
			}
		}
		v, err := w.Billing.Spread(context.Background(), w.DB.Reader(context.Background()), w.Project, run.ID)
		if err != nil || len(v.Buildings) != 2 {
			t.Fatalf("%+v %v", v, err)
		}
		var sum money.Fen
		for _, b := range v.Buildings {
			sum += b.Amount
		}
		if sum != w.read(run.ID).Amount || v.Buildings[0].Rooms != 3 || v.Buildings[1].Amount != 23333 {
			t.Errorf("%+v sum to %d", v.Buildings, sum)
		}
		if len(v.Outliers) != 2 || v.Outliers[0].Room != r[3] || v.Outliers[1].Room != r[5] || v.Outliers[0].Median != 10000 {
			t.Errorf("stands out: %+v", v.Outliers)
		}
	})
}
