package dictionary

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

func dictionaries(ctx context.Context, q db.Q, project id.ID) (map[string]List, error) {
	rows, err := q.Query(ctx, "SELECT key, words, version FROM dictionary_words WHERE project_id = ?", project)
	list, err := db.Collect(rows, err, func(row db.Scanner) (d List, err error) {
		var words string
		err = row.Scan(&d.Key, &words, &d.Version)
		if d.Words = []string{}; words != "" {
			d.Words = strings.Split(words, "\n")
		}
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("read dictionaries: %w", err)
	}
	out := make(map[string]List, len(list))
	for _, d := range list {
		out[d.Key] = d
	}
	return out, nil
}

// putDictionary writes the version that follows the one that was read.
func putDictionary(ctx context.Context, tx *db.Tx, project id.ID, d *List) error {
	words := strings.Join(d.Words, "\n")
	var n int64
	var err error
	if d.Version == 1 {
		n, err = tx.Exec(ctx, "INSERT INTO dictionary_words (project_id, key, words, version) VALUES (?, ?, ?, 1) ON CONFLICT (project_id, key) DO NOTHING", project, d.Key, words)
	} else {
		n, err = tx.Exec(ctx, "UPDATE dictionary_words SET words = ?, version = ? WHERE project_id = ? AND key = ? AND version = ?", words, d.Version, project, d.Key, d.Version-1)
	}
	if err != nil {
		return fmt.Errorf("write dictionary: %w", err)
	}
	if n != 1 {
		return fault.ErrStale
	}
	return nil
}
