package job

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Along takes at most n more jobs of the same kind into the job that ctx was
// given to: those that are due, have not been tried yet, and whose key begins
// with prefix, which must not be empty. They are done when tx commits, and wait
// as before when it does not, so a handler whose tx failed tries again with its
// own job alone. It answers their payloads. Outside a job it takes none.
func Along(ctx context.Context, tx *db.Tx, prefix string, n int) ([][]byte, error) {
	r, ok := ctx.Value(runningKey{}).(*running)
	if !ok || r.ended || n <= 0 {
		return nil, nil
	}
	skip := ""
	if tx.Engine() == db.Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	type mate struct {
		id           id.ID
		key, payload string
	}
	// The conditions on state and key are those of the index that finds the keys.
	rows, err := tx.Query(ctx, `SELECT id, unique_key, payload FROM kit_job WHERE unique_key <> '' AND state IN ('ready', 'running') AND unique_key > ? AND unique_key < ?
		AND state = 'ready' AND attempts = 0 AND run_at <= ? ORDER BY unique_key LIMIT ?`+skip, prefix, upTo(prefix), tx.Now(), n)
	mates, err := db.Collect(rows, err, func(row db.Scanner) (mate, error) {
		var m mate
		err := row.Scan(&m.id, &m.key, &m.payload)
		return m, err
	})
	// The range only finds them: a database that sorts by language, not by bytes,
	// puts other keys between.
	mates = slices.DeleteFunc(mates, func(m mate) bool { return !strings.HasPrefix(m.key, prefix) })
	if err != nil || len(mates) == 0 {
		return nil, err
	}
	args := []any{tx.Now()}
	out := make([][]byte, len(mates))
	for i, m := range mates {
		args, out[i] = append(args, m.id), []byte(m.payload)
	}
	_, err = tx.Exec(ctx, "UPDATE kit_job SET state = 'done', attempts = 1, done_at = ? WHERE id IN ("+db.In(len(mates))+")", args...)
	if err != nil {
		return nil, fmt.Errorf("take jobs along: %w", err)
	}
	return out, nil
}

// upTo is the first text behind all that begin with prefix.
func upTo(prefix string) string {
	return strings.TrimSuffix(prefix, prefix[len(prefix)-1:]) + string(rune(prefix[len(prefix)-1]+1))
}

// Payloads reads what Along answered.
func Payloads[T any](list [][]byte) ([]T, error) {
	out := make([]T, len(list))
	for i, b := range list {
		if err := json.Unmarshal(b, &out[i]); err != nil {
			return nil, fmt.Errorf("read job taken along: %w", err)
		}
	}
	return out, nil
}
