package billing_test

import (
	"fmt"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/roster"
	"linli/internal/tariff"
)

// Sheets of opening arrears are held to flat memory: five times the rows, a
// quarter each, may take half as much again.
func TestLargeOpening(t *testing.T) {
	dbtest.Flat(t, 1_500, 5, func(t *testing.T, n int) map[string]uint64 {
		now := clock.NewManual(dbtest.Start())
		w := importer(t, dbtest.Open(t, db.SQLite, append(billingtest.Migrations(), file.Migrations()), now), now)
		w.Rooms(make([]estate.Room, n/5)...)
		w.Item(tariff.Item{Name: "物业服务费"}, "2.5", "")
		var b strings.Builder
		b.WriteString("房号,费用项目,开始日期,结束日期,应收金额,备注\n")
		for i := range n {
			year, month := 2024-i%5, 1+3*(i%4)
			fmt.Fprintf(&b, "1-%d,物业服务费,%d-%02d-01,%d-%02d-28,300.05,旧系统收据 %d\n", 1001+i/5, year, month, year, month+2, i)
		}
		out := map[string]uint64{}
		stage := func(name, state string, do func() (roster.Import, error)) (im roster.Import) {
			t.Helper()
			held := dbtest.LongestWait(t, w.DB)
			defer func() { t.Logf("%s of %d rows: another writer waited %v at most", name, n, held()) }()
			var err error
			out[name], err = dbtest.Grown(func() error {
				if im, err = do(); err == nil {
					err = w.Jobs.Drain(t.Context())
				}
				return err
			})
			if err == nil {
				im, err = w.roster.Import(t.Context(), w.DB.Reader(t.Context()), w.Project, im.ID)
			}
			if err != nil || im.State != state || im.Report.Facts[0].Value != fmt.Sprint(3*n, " 条") {
				t.Fatalf("%s: %s %+v %v", name, im.State, im.Report.Facts, err)
			}
			return im
		}
		im := stage("check", roster.ImportReady, func() (roster.Import, error) {
			return w.roster.StartImportOf(t.Context(), w.Who, w.Project, billing.KindOpening, "期初.csv", strings.NewReader(b.String()))
		})
		stage("apply", roster.ImportApplied, func() (roster.Import, error) {
			return w.roster.ApplyImport(t.Context(), w.Who, w.Project, im.ID, roster.ApplyOptions{})
		})
		w.sound()
		return out
	})
}
