package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"

	"linli/internal/app"
	"linli/internal/kit/clock"
)

// openapiCommand prints the document of all operations.
func openapiCommand(ctx context.Context, env environment, _ []string) error {
	dir, err := os.MkdirTemp("", "linli-openapi-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	a, err := app.New(ctx, app.Config{Dir: dir, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Version: "1"})
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := json.MarshalIndent(a.Web.API(), "", "  ")
	if err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	_, err = fmt.Fprintf(env.out, "%s\n", b)
	return err
}
