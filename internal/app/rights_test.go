package app_test

import (
	"log/slog"
	"slices"
	"testing"

	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// TestRightsNameEveryPermission: every permission that an operation or a role
// asks for can be granted in words.
func TestRightsNameEveryPermission(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, app.Migrations(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		a, err := app.Build(t.Context(), d, app.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		known, names := map[actor.Permission]bool{}, map[string]bool{}
		for _, r := range a.Identity.Rights() {
			if known[r.Permission] || names[r.Name] || r.Name == "" || r.Group == "" || r.Allows == "" {
				t.Errorf("right %+v is doubled or says too little", r)
			}
			known[r.Permission], names[r.Name] = true, true
		}
		for _, r := range a.Identity.Rights() {
			if r.Permission == cashier.PermReceive && !slices.Equal(r.Needs, []actor.Permission{cashier.PermRead, estate.PermRead, billing.PermRead}) {
				t.Errorf("taking money needs %v", r.Needs)
			}
			for _, role := range a.Identity.Roles() {
				for _, p := range r.Needs {
					if !known[p] || slices.Contains(role.Permissions, r.Permission) && !slices.Contains(role.Permissions, p) {
						t.Errorf("%s: %s needs %s", role.Key, r.Permission, p)
					}
				}
			}
		}
		asked := map[actor.Permission]string{}
		for _, e := range endpoints(a) {
			asked[e.permission] = e.op
		}
		for _, r := range a.Identity.Roles() {
			for _, p := range r.Permissions {
				asked[p] = r.Key
			}
		}
		delete(asked, "")
		for p, by := range asked {
			if !known[p] {
				t.Errorf("%s asks for %s, which internal/app/rights.go does not name", by, p)
			}
		}
	})
}
