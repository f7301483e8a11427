package db

import "context"

type traceKey struct{}

// Trace tells note of every statement that Reader runs with the returned
// context; benchmarks run them again bare. Values are those of the caller.
func Trace(ctx context.Context, note func(query string, args []any)) context.Context {
	return context.WithValue(ctx, traceKey{}, note)
}

func traced(ctx context.Context, query string, args []any) {
	if note, ok := ctx.Value(traceKey{}).(func(string, []any)); ok {
		note(query, args)
	}
}
