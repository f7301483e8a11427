package bank

import (
	"context"
	"encoding/json"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// checkPage is how many rows are held at a time.
const checkPage = 1000

func eachRow(ctx context.Context, q db.Q, project id.ID, fn func(*Row)) error {
	for after := id.ID(0); ; {
		rows, err := q.Query(ctx, "SELECT "+rowColumns+" FROM cashier_bank_row WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?", project, after, checkPage)
		list, err := db.Collect(rows, err, scanRow)
		if err != nil {
			return err
		}
		for i := range list {
			fn(&list[i])
			after = list[i].ID
		}
		if len(list) < checkPage {
			return nil
		}
	}
}

func (s *Service) sealedImports(ctx context.Context, q db.Q, project id.ID) (map[id.ID]sealed, error) {
	entries, err := s.audit.Newest(ctx, q, project, kindImport)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]sealed, len(entries))
	for load, text := range entries {
		var x sealed
		if err := json.Unmarshal([]byte(text), &x); err != nil {
			return nil, fmt.Errorf("read audit entry: %w", err)
		}
		out[load] = x
	}
	return out, nil
}

func (s *Service) toldRows(ctx context.Context, q db.Q, project id.ID) (map[id.ID]*told, error) {
	entries, err := s.audit.Newest(ctx, q, project, kindRow)
	if err != nil {
		return nil, err
	}
	delete(entries, project) // imports of before were noted under their project
	out := make(map[id.ID]*told, len(entries))
	for row, text := range entries {
		var x told
		if err := json.Unmarshal([]byte(text), &x); err != nil {
			return nil, fmt.Errorf("read audit entry: %w", err)
		}
		out[row] = &x
	}
	return out, nil
}
