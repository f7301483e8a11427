package app_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/clock"
)

// TestOpenAPIGolden compares the document of all operations with the committed
// one. UPDATE=1 writes it anew; then run `npm run types` in web/console.
func TestOpenAPIGolden(t *testing.T) {
	a, err := app.New(t.Context(), app.Config{Dir: t.TempDir(), Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	got, err := json.MarshalIndent(a.Web.API(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const golden = "../../api/openapi.json"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the API changed: run UPDATE=1 go test ./internal/app -run TestOpenAPIGolden, then npm run types in web/console, and look at the difference")
	}
	for path, item := range a.Web.API().Paths {
		for _, o := range operations(item) {
			if o.Summary == "" || o.OperationID == "" || len(o.Tags) == 0 {
				t.Errorf("%s %s is not documented", o.Method, path)
			}
		}
	}
}
