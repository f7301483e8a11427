package estate

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// idsAtOnce bounds the placeholders of one statement.
const idsAtOnce = 500

// ofIDs runs "SELECT … IN (" over any number of ids, some at a time: an order
// holds among those.
func ofIDs[T any](ctx context.Context, q db.Q, head string, project id.ID, ids []id.ID, tail string, scan func(db.Scanner) (T, error), more ...any) ([]T, error) {
	var out []T
	for part := range slices.Chunk(ids, idsAtOnce) {
		rows, err := q.Query(ctx, head+db.In(len(part))+tail, append(idArgs(project, part), more...)...)
		list, err := db.Collect(rows, err, scan)
		if err != nil {
			return nil, fmt.Errorf("read by ids: %w", err)
		}
		out = append(out, list...)
	}
	return out, nil
}

func roomsByID(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID]Room, error) {
	list, err := ofIDs(ctx, q, "SELECT "+roomColumns+" FROM estate_room WHERE project_id = ? AND id IN (", project, rooms, ")", scanRoom)
	out := make(map[id.ID]Room, len(list))
	for _, r := range list {
		out[r.ID] = r
	}
	return out, err
}

func payersByID(ctx context.Context, q db.Q, project id.ID, people []id.ID) (map[id.ID]Person, error) {
	list, err := ofIDs(ctx, q, "SELECT "+personColumns+" FROM estate_person p WHERE p.project_id = ? AND p.id IN (", project, people, ")", scanPerson)
	out := make(map[id.ID]Person, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// roomsOfPayers sorts by an expression, because SQLite would otherwise walk the
// whole project in the order of its rooms instead of asking for the payers.
func roomsOfPayers(ctx context.Context, q db.Q, project id.ID, payers []id.ID) (map[id.ID][]Room, error) {
	list, err := ofIDs(ctx, q, "SELECT "+roomColumns+" FROM estate_room WHERE project_id = ? AND payer_id IN (", project, payers, ") AND payer_id <> 0 ORDER BY sort_key || '', id", scanRoom)
	out := make(map[id.ID][]Room, len(payers))
	for _, r := range list {
		out[r.Payer] = append(out[r.Payer], r)
	}
	return out, err
}
